package retort.driver.job;

import java.util.Locale;

/** A loss became infinite or not a number. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(String model, int epoch, int images, float rate) {
        super(String.format(
                Locale.ROOT,
                "training of %s diverged: its loss is no finite number in epoch %d, within the first %,d images"
                        + " (--learning-rate=%s)",
                model,
                epoch,
                images,
                rate));
    }
}
