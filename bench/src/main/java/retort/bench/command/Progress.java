package retort.bench.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * A line on stderr for each JVM that was timed, with the time that is left if the rest takes as much longer than
 * planned.
 */
final class Progress implements Jmh.Listener {
    private static final int SECONDS_A_MINUTE = 60;

    private final PrintWriter err;
    private final long start = System.nanoTime();
    private int runs;
    private int begun;
    private double planned;
    private double done;

    /**
     * @param runs how many JVMs will be timed
     * @param planned how long they should take, all together
     */
    Progress(PrintWriter err, int runs, Duration planned) {
        this.err = err;
        this.runs = runs;
        this.planned = planned.toMillis();
    }

    @Override
    public void starts() {
        begun++;
    }

    @Override
    public void added(Duration plan) {
        runs++;
        planned += plan.toMillis();
    }

    @Override
    public void measured(String what, double callsPerSecond, Duration plan) {
        done += plan.toMillis();
        double seconds = (System.nanoTime() - start) / 1e9;
        double left = seconds * (planned - done) / done;
        say(String.format(
                Locale.ROOT, "%d/%d %s: %.4g calls/s, %s left", begun, runs, what, callsPerSecond, inWords(left)));
    }

    @Override
    public void failed(String what, String reason, int sparedRuns, Duration plan) {
        say(begun + "/" + runs + " " + what + ": " + reason);
        runs -= sparedRuns;
        planned -= (sparedRuns + 1) * plan.toMillis();
    }

    void say(String line) {
        err.println(line);
        err.flush();
    }

    /** In seconds while they are few. */
    static String inWords(double seconds) {
        return seconds < 2 * SECONDS_A_MINUTE
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : String.format(Locale.ROOT, "%.0f min", seconds / SECONDS_A_MINUTE);
    }
}
