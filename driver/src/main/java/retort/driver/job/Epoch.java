package retort.driver.job;

import java.util.List;
import java.util.Optional;

/**
 * One epoch of training.
 *
 * @param number from 1 on
 * @param training means over the epoch's batches, each seen before its update
 * @param curve the same along the way
 * @param validation of the model as the epoch left it, where there are images for that
 * @param teaching seconds of these in which a teacher labelled what was shown
 */
public record Epoch(
        int number, Score training, List<Point> curve, Optional<Score> validation, double seconds, double teaching) {
    /** Of some images; the loss is a mean. */
    public record Score(double loss, double accuracy) {}

    /**
     * Means over the steps since the point before.
     *
     * @param step the last of them, from 1 on in the first epoch
     */
    public record Point(int step, double loss, double accuracy) {}

    /** What some epochs took, all together. */
    static double seconds(List<Epoch> epochs) {
        return epochs.stream().mapToDouble(Epoch::seconds).sum();
    }
}
