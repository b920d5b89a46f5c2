package retort.driver.job;

import retort.nn.Sequential;

/** Hears nothing. */
final class Deaf implements Fit.Listener {
    @Override
    public void epochStarts(Fit fit, int epoch) {}

    @Override
    public void progress(int done, double loss, double accuracy) {}

    @Override
    public void epochEnds(Sequential model, Epoch epoch) {}
}
