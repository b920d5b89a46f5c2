package retort.driver.command;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import retort.driver.job.Epoch;
import retort.driver.job.Fit;
import retort.driver.job.Job;
import retort.nn.Sequential;

/** What the user sees on stderr while a job runs: bars on a terminal, a line now and then elsewhere. */
final class Progress implements Job.Watcher {
    private static final long NANOS_BETWEEN_LINES = 10_000_000_000L;
    private static final int BAR_MILLIS = 200;

    private final PrintStream err = System.err;
    private final boolean onTerminal =
            System.console() != null && System.console().isTerminal();
    private final Interruption interruption;
    private ProgressBar bar;
    private String task;
    private int total;
    private long start;
    private long lastLine;

    Progress(Interruption interruption) {
        this.interruption = interruption;
    }

    @Override
    public void epochStarts(Fit fit, int epoch) {
        int epochs = fit.training().epochs();
        String of = epochs == 1 ? "" : "/" + epochs;
        begin(fit.name() + ", epoch " + epoch + of, fit.images());
    }

    @Override
    public void progress(int done, double loss, double accuracy) {
        interruption.check();
        advance(done, String.format(Locale.ROOT, "loss %.4f, accuracy %.2f %%", loss, 100 * accuracy));
    }

    @Override
    public void epochEnds(Sequential model, Epoch epoch) {
        String validation = epoch.validation()
                .map(score ->
                        String.format(Locale.ROOT, ", validation %.4f, %.2f %%", score.loss(), 100 * score.accuracy()))
                .orElse("");
        Epoch.Score training = epoch.training();
        end(String.format(
                Locale.ROOT, "loss %.4f, accuracy %.2f %%%s", training.loss(), 100 * training.accuracy(), validation));
    }

    @Override
    public void stepStarts(String name, int items) {
        begin(name, items);
    }

    @Override
    public void stepProgress(int done) {
        interruption.check();
        advance(done, "");
    }

    @Override
    public void stepEnds() {
        end("");
    }

    /** Ends the job if the user has asked for it. */
    void check() {
        interruption.check();
    }

    /** A remark between steps. */
    void say(String line) {
        err.println(line);
    }

    private void begin(String name, int items) {
        abandon();
        task = name;
        total = items;
        start = System.nanoTime();
        lastLine = start;
        if (onTerminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(items)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(BAR_MILLIS)
                    .setUnit(" images", 1)
                    .showSpeed()
                    .setConsumer(new ConsoleProgressBarConsumer(err))
                    .build();
        }
    }

    private void advance(int done, String remark) {
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(remark.isEmpty() ? "" : ", " + remark);
        } else if (System.nanoTime() - lastLine > NANOS_BETWEEN_LINES) {
            lastLine = System.nanoTime();
            double seconds = (lastLine - start) / 1e9;
            err.printf(
                    Locale.ROOT,
                    "%s: %,d of %,d images, %.0f images/s, %.0f s left%s%n",
                    task,
                    done,
                    total,
                    done / seconds,
                    seconds * (total - done) / done,
                    remark.isEmpty() ? "" : ", " + remark);
        }
    }

    private void end(String remark) {
        double seconds = (System.nanoTime() - start) / 1e9;
        if (bar != null) {
            bar.stepTo(total);
            bar.setExtraMessage(remark.isEmpty() ? "" : ", " + remark);
        }
        abandon();
        if (!onTerminal) {
            err.printf(
                    Locale.ROOT,
                    "%s: %,d images in %.1f s%s%n",
                    task,
                    total,
                    seconds,
                    remark.isEmpty() ? "" : ", " + remark);
        }
    }

    /** Leaves a bar as it stands, so that what is printed next begins on a line of its own. */
    void abandon() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
