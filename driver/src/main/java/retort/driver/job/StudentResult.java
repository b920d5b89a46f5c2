package retort.driver.job;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the training of a student went.
 *
 * @param alpha share of the loss on true labels
 * @param omitted classes that it never saw, in order
 * @param temperature T that it was trained at
 * @param corrections where there is a class that it never saw
 */
public record StudentResult(
        String name,
        Method method,
        float alpha,
        Set<Integer> omitted,
        float temperature,
        long parameters,
        int trainImages,
        Optional<CrossValidation> crossValidation,
        List<Epoch> epochs,
        Evaluation test,
        Optional<Corrections> corrections) {

    public StudentResult {
        omitted = new TreeSet<>(omitted);
    }

    /** Of training alone. */
    public double seconds() {
        return Epoch.seconds(epochs);
    }

    /** @param agreement of each fold's model with the teacher's predictions on the images that it was not trained on */
    public record CrossValidation(List<Double> agreement, double seconds) {
        public double mean() {
            return agreement.stream().mapToDouble(d -> d).average().orElseThrow();
        }
    }

    /** The student after {@code bias} was added to the logits of what it never saw. */
    public record Corrected(double bias, Evaluation test) {}

    /**
     * Those that were asked for; see {@link BiasCorrection}.
     *
     * @param priorMatch where there is a teacher, whose predictions give the share to match
     * @param undefined those for which no bias is defined
     */
    public record Corrections(
            Optional<Corrected> oracle, Optional<Corrected> priorMatch, Set<BiasCorrection.Kind> undefined) {}
}
