package retort.driver.job;

import java.util.Locale;

/** A loss, a weight or what a model says became infinite, not a number, or so large that it says nothing. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private DivergedException(String model, String what, float rate) {
        super(String.format(Locale.ROOT, "training of %s diverged: %s (--learning-rate=%s)", model, what, rate));
    }

    static DivergedException loss(String model, int epoch, int images, float rate) {
        String what = "its loss is no finite number in epoch %d, within the first %,d images";
        return new DivergedException(model, String.format(Locale.ROOT, what, epoch, images), rate);
    }

    /** @param tensor the first that has such an element */
    static DivergedException weights(String model, String tensor, int epoch, float rate) {
        return new DivergedException(
                model, tensor + " has an element that is no finite number after epoch " + epoch, rate);
    }

    /** @param what the trained model does, such as "gives a logit of NaN" */
    static DivergedException logits(String model, String what, float rate) {
        return new DivergedException(model, "it " + what, rate);
    }
}
