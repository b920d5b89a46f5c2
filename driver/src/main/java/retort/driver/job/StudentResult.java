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
 * @param plannedEpochs that it might have had, where it could end early
 * @param corrections those that were tried, in order; none where there is no class that it never saw
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
        Optional<Integer> plannedEpochs,
        Evaluation test,
        List<Correction> corrections) {

    public StudentResult {
        omitted = new TreeSet<>(omitted);
    }

    /** Of training alone. */
    public double seconds() {
        return Epoch.seconds(epochs);
    }

    /** The share of that in which a teacher labelled what was shown; empty where it had done so beforehand. */
    public Optional<Double> teachingShare() {
        double teaching = epochs.stream().mapToDouble(Epoch::teaching).sum();
        return teaching == 0 ? Optional.empty() : Optional.of(teaching / seconds());
    }

    /** @param agreement of each fold's model with the teacher's predictions on the images that it was not trained on */
    public record CrossValidation(List<Double> agreement, double seconds) {
        public double mean() {
            return agreement.stream().mapToDouble(d -> d).average().orElseThrow();
        }
    }

    /** The student after {@code bias} was added to its logits. */
    public record Corrected(Bias bias, Evaluation test) {}

    /**
     * A way to find a bias that was tried.
     *
     * @param corrected with it; empty where none is defined
     * @param undefined why not
     */
    public record Correction(BiasCorrection.Kind kind, Optional<Corrected> corrected, Optional<String> undefined) {}

    /** What came of one way, where it was tried and gives a bias. */
    public Optional<Corrected> corrected(BiasCorrection.Kind kind) {
        return corrections.stream()
                .filter(each -> each.kind() == kind)
                .flatMap(each -> each.corrected().stream())
                .findFirst();
    }

    /** The same of the first way that reads no label. */
    public Optional<Corrected> corrected() {
        return corrections.stream()
                .filter(each -> !each.kind().readsLabels())
                .flatMap(each -> each.corrected().stream())
                .findFirst();
    }
}
