package retort.driver.study;

import retort.driver.job.Epoch;
import retort.driver.job.Fit;
import retort.driver.job.Job;
import retort.nn.Sequential;

/** Tells a user who watches many trainings of each as of one step, whatever its epochs. */
final class WholeTraining implements Job.Watcher {
    private final Job.Watcher watcher;
    private final String title;
    private boolean begun;
    private boolean isLast;
    private long before;

    WholeTraining(Job.Watcher watcher, String title) {
        this.watcher = watcher;
        this.title = title;
    }

    @Override
    public void epochStarts(Fit fit, int epoch) {
        long all = (long) fit.training().epochs() * fit.images();
        before = (long) (epoch - 1) * fit.images();
        // One that goes on from a checkpoint begins with a later epoch.
        if (!begun) {
            begun = true;
            stepStarts(title, all);
        }
        isLast = epoch == fit.training().epochs();
    }

    @Override
    public void progress(int done, double loss, double accuracy) {
        watcher.stepProgress(before + done, loss, accuracy);
    }

    @Override
    public void epochEnds(Sequential model, Epoch epoch) {
        if (isLast) {
            end();
        }
    }

    @Override
    public void stopped(Fit fit, int epoch, int best) {
        end();
    }

    private void end() {
        if (begun) {
            begun = false;
            stepEnds();
        }
    }

    @Override
    public void stepStarts(String name, long items) {
        watcher.stepStarts(name, items);
    }

    @Override
    public void stepProgress(long done) {
        watcher.stepProgress(done);
    }

    @Override
    public void stepProgress(long done, double loss, double accuracy) {
        watcher.stepProgress(done, loss, accuracy);
    }

    @Override
    public void next() {
        watcher.next();
    }

    @Override
    public void notWritten(String problem) {
        watcher.notWritten(problem);
    }

    @Override
    public void remark(String line) {
        watcher.remark(line);
    }

    @Override
    public void check() {
        watcher.check();
    }

    @Override
    public void stepEnds() {
        watcher.stepEnds();
    }
}
