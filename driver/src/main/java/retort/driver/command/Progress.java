package retort.driver.command;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import retort.driver.cli.ExitCode;
import retort.driver.cli.LateSteps;
import retort.driver.cli.PrintableLines;
import retort.driver.job.Epoch;
import retort.driver.job.Fit;
import retort.driver.job.Job;
import retort.driver.job.LatencyTest;
import retort.kernels.Engine;
import retort.kernels.file.Printable;
import retort.nn.Sequential;

/**
 * What the user sees on stderr while a job runs: on a terminal a line that is redrawn, elsewhere one now and then.
 *
 * <p>Progress bars there are for Java take the signals of the terminal away, and cut at 80 columns just what is to be
 * seen: the loss.
 */
final class Progress implements Job.Watcher, LatencyTest.Watcher, AutoCloseable {
    private static final long NANOS_BETWEEN_LINES = 10_000_000_000L;
    private static final long MILLIS_BETWEEN_DRAWINGS = 250;

    /** Before, what is left is a guess. */
    private static final double SECONDS_BEFORE_ESTIMATE = 2;

    private static final int PER_MILLE = 1000;
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream err = System.err;
    private final Terminal terminal = Terminal.ofStderr();
    private final LateSteps late = new LateSteps(this::say);
    private final Interruption interruption;
    private final ScheduledExecutorService drawing;
    private final String opening;
    private boolean opened;
    private int steps;
    private int step;
    private String task;
    private long total;
    private long before;
    private long done;
    private long firstDone;
    private long firstSeen;
    private String remark = "";
    private long start;
    private long epochStart;
    private long lastLine;
    private int epochs;

    /** @param opening said before anything else, once there is something to say: a command that is refused says why */
    Progress(Interruption interruption, String opening) {
        this.interruption = interruption;
        this.opening = opening;
        interruption.tell(() -> {
            if (interruption.canGoOn()) {
                say("retort: stopping as soon as this can go on later; again to stop at once");
            }
        });
        if (terminal == null) {
            drawing = null;
        } else {
            drawing = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("retort-progress").factory());
            drawing.scheduleAtFixedRate(
                    this::draw, MILLIS_BETWEEN_DRAWINGS, MILLIS_BETWEEN_DRAWINGS, TimeUnit.MILLISECONDS);
        }
    }

    /** How many steps the job has: calls of {@link #next}. */
    void expect(int number) {
        steps = number;
    }

    @Override
    public synchronized void next() {
        step++;
    }

    @Override
    public synchronized void epochStarts(Fit fit, int epoch) {
        epochs = fit.training().epochs();
        String name = fit.name() + ", epoch " + epoch + (epochs == 1 ? "" : "/" + epochs);
        if (task == null) {
            begin(name, (long) epochs * fit.images());
        }
        task = name;
        before = (long) (epoch - 1) * fit.images();
        epochStart = System.nanoTime();
    }

    @Override
    public void progress(int doneInEpoch, double loss, double accuracy) {
        check();
        advance(doneInEpoch, score(loss, accuracy));
    }

    @Override
    public synchronized void epochEnds(Sequential model, Epoch epoch) {
        String validation = epoch.validation()
                .map(score -> String.format(Locale.ROOT, ", validation %.2f %%", 100 * score.accuracy()))
                .orElse("");
        Epoch.Score training = epoch.training();
        tell(task + ": " + score(training.loss(), training.accuracy()) + validation + ", " + seconds(epochStart));
        if (epoch.number() == epochs) {
            task = null;
        }
    }

    @Override
    public synchronized void stopped(Fit fit, int epoch, int best) {
        String name = fit.name();
        tell(name + ": " + epoch + " of " + epochs + " epochs, the weights are those of epoch " + best);
        task = null;
    }

    @Override
    public synchronized void stepStarts(String name, long items) {
        begin(name, items);
    }

    @Override
    public void stepProgress(long items) {
        check();
        advance(items, "");
    }

    @Override
    public void stepProgress(long items, double loss, double accuracy) {
        check();
        advance(items, score(loss, accuracy));
    }

    @Override
    public synchronized void stepEnds() {
        tell(task + ": " + (remark.isEmpty() ? "" : remark + ", ") + seconds(start));
        task = null;
    }

    @Override
    public void measurementStarts(Engine engine, String model, int batch) {
        stepStarts("latency on " + engine + ", " + model + ", batch " + batch, PER_MILLE);
    }

    @Override
    public void measurementProgress(double share) {
        stepProgress((int) (PER_MILLE * share));
    }

    @Override
    public void measurementEnds() {
        stepEnds();
    }

    @Override
    public void check() {
        interruption.check();
    }

    @Override
    public void notWritten(String problem) {
        late.failed(problem, ExitCode.BAD_FILE);
    }

    @Override
    public void remark(String line) {
        say("note: " + line);
    }

    /** What may fail without an end to the rest. */
    LateSteps late() {
        return late;
    }

    /** A remark between steps. */
    synchronized void say(String line) {
        tell(line);
    }

    private void begin(String name, long items) {
        open();
        task = name;
        total = items;
        before = 0;
        done = 0;
        firstDone = -1;
        remark = "";
        start = System.nanoTime();
        lastLine = start;
    }

    private synchronized void advance(long items, String news) {
        done = before + items;
        if (firstDone < 0) {
            // What goes on from a checkpoint has done much of it before, and the first steps wait for the compiler.
            firstDone = done;
            firstSeen = System.nanoTime();
        }
        remark = news;
        if (terminal == null && System.nanoTime() - lastLine > NANOS_BETWEEN_LINES) {
            lastLine = System.nanoTime();
            err.println(Printable.text(line().text()));
        }
    }

    private synchronized void draw() {
        if (task != null) {
            // A line that fills the last column wraps on some terminals.
            err.print(CLEAR_LINE + Printable.text(line().text(terminal.columns() - 1)));
            err.flush();
        }
    }

    private ProgressLine line() {
        String ofJob = steps > 1 ? "step " + step + " of " + steps : "";
        return new ProgressLine(ofJob, task, Math.min(1, done / (double) total), remark, secondsLeft());
    }

    /** Not a number as long as that is a guess. */
    private double secondsLeft() {
        double elapsed = (System.nanoTime() - firstSeen) / 1e9;
        long did = firstDone < 0 ? 0 : done - firstDone;
        return did > 0 && elapsed > SECONDS_BEFORE_ESTIMATE ? elapsed * (total - done) / did : Double.NaN;
    }

    private void open() {
        if (!opened) {
            opened = true;
            tell(opening);
        }
    }

    private void tell(String line) {
        open();
        err.println((terminal == null ? "" : CLEAR_LINE) + PrintableLines.of(line));
    }

    private static String score(double loss, double accuracy) {
        return String.format(Locale.ROOT, "loss %.4f, acc. %.2f %%", loss, 100 * accuracy);
    }

    private static String seconds(long since) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - since) / 1e9);
    }

    /** Takes a drawn line away. */
    @Override
    public synchronized void close() {
        if (drawing != null) {
            drawing.shutdownNow();
            err.print(CLEAR_LINE);
            err.flush();
        }
        task = null;
    }
}
