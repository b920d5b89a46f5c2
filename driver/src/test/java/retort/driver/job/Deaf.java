package retort.driver.job;

import retort.nn.Sequential;

/** Hears nothing of a job, but what a test overrides. */
public class Deaf implements Job.Watcher {
    @Override
    public void next() {}

    @Override
    public void stepStarts(String name, long items) {}

    @Override
    public void stepProgress(long done) {}

    @Override
    public void stepProgress(long done, double loss, double accuracy) {}

    @Override
    public void stepEnds() {}

    @Override
    public void epochStarts(Fit fit, int epoch) {}

    @Override
    public void progress(int done, double loss, double accuracy) {}

    @Override
    public void epochEnds(Sequential model, Epoch epoch) {}
}
