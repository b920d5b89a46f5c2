package retort.driver.job;

import java.util.List;

/**
 * Where a training is, between two of its steps: what the rest of it depends on, beside model and optimiser.
 *
 * @param epoch from 1 on
 * @param seen examples of this epoch, in its order
 * @param loss summed over these, as is hits
 * @param seconds that this epoch has taken
 * @param teaching seconds of these in which a teacher labelled what was shown
 * @param curve of this epoch so far
 * @param results of the epochs before
 */
public record FitPosition(
        int epoch,
        int seen,
        double loss,
        double hits,
        double seconds,
        double teaching,
        Curve.State curve,
        List<Epoch> results) {
    static FitPosition begin() {
        return new FitPosition(1, 0, 0, 0, 0, 0, Curve.State.begin(), List.of());
    }

    static FitPosition end(List<Epoch> results) {
        return new FitPosition(results.size() + 1, 0, 0, 0, 0, 0, Curve.State.begin(), results);
    }
}
