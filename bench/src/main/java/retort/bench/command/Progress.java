package retort.bench.command;

import java.io.PrintWriter;
import java.util.Locale;

/** A line on stderr for each JVM that was timed, with the time that is left. */
final class Progress implements Jmh.Listener {
    private final PrintWriter err;
    private final int total;
    private final long start = System.nanoTime();
    private int begun;

    /** @param total how many JVMs will be timed */
    Progress(PrintWriter err, int total) {
        this.err = err;
        this.total = total;
    }

    @Override
    public void starts(String what) {
        begun++;
    }

    @Override
    public void measured(String what, double callsPerSecond) {
        double seconds = (System.nanoTime() - start) / 1e9;
        double left = seconds * (total - begun) / begun;
        say(String.format(
                Locale.ROOT, "%d/%d %s: %.4g calls/s, %.0f s left", begun, total, what, callsPerSecond, left));
    }

    @Override
    public void failed(String what, String reason) {
        say(begun + "/" + total + " " + what + ": " + reason);
    }

    void say(String line) {
        err.println(line);
        err.flush();
    }
}
