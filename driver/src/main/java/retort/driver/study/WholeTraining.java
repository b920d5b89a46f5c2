package retort.driver.study;

import retort.driver.job.Epoch;
import retort.driver.job.Fit;
import retort.driver.job.Job;
import retort.nn.Sequential;

/** Tells a user who watches many trainings of each as of one step, whatever its epochs. */
final class WholeTraining implements Job.Watcher {
    private final Job.Watcher watcher;
    private final String title;
    private int before;
    private int last;

    WholeTraining(Job.Watcher watcher, String title) {
        this.watcher = watcher;
        this.title = title;
    }

    @Override
    public void epochStarts(Fit fit, int epoch) {
        before = (epoch - 1) * fit.images();
        last = fit.training().epochs();
        if (epoch == 1) {
            stepStarts(title, (int) Math.min((long) last * fit.images(), Integer.MAX_VALUE));
        }
    }

    @Override
    public void progress(int done, double loss, double accuracy) {
        watcher.stepProgress(before + done, loss, accuracy);
    }

    @Override
    public void epochEnds(Sequential model, Epoch epoch) {
        if (epoch.number() == last) {
            stepEnds();
        }
    }

    @Override
    public void stepStarts(String name, int items) {
        watcher.stepStarts(name, items);
    }

    @Override
    public void stepProgress(int done) {
        watcher.stepProgress(done);
    }

    @Override
    public void stepProgress(int done, double loss, double accuracy) {
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
