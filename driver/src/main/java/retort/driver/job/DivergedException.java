package retort.driver.job;

import java.util.Locale;

/** A loss or a weight became infinite or not a number. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private DivergedException(String model, String what, float rate) {
        super(String.format(Locale.ROOT, "training of %s diverged: %s (--learning-rate=%s)", model, what, rate));
    }

    static DivergedException loss(String model, int epoch, int images, float rate) {
        String what = "its loss is no finite number in epoch %d, within the first %,d images";
        return new DivergedException(model, String.format(Locale.ROOT, what, epoch, images), rate);
    }

    static DivergedException weights(String model, int epoch, float rate) {
        return new DivergedException(model, "it has a weight that is no finite number after epoch " + epoch, rate);
    }
}
