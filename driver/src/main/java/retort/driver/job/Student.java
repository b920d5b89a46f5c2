package retort.driver.job;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import retort.driver.data.Stretches;

/**
 * A student of a recipe.
 *
 * @param name of its model and file
 * @param method by which it learns
 * @param alpha share of the true labels in that; see {@link Method#loss}
 * @param temperature T of that
 * @param omitted classes that it never sees, in order
 * @param folds of its cross-validation, 0 for none
 * @param corrections how the biases of what it never saw are found
 * @param seed of its weights and batches; without one it follows from the recipe's
 */
public record Student(
        String name,
        Training training,
        Method method,
        float alpha,
        float temperature,
        Set<Integer> omitted,
        int folds,
        CorrectionPlan corrections,
        Optional<Long> seed) {

    public Student {
        omitted = new TreeSet<>(omitted);
    }

    /** Whether a teacher labels the very views that it is shown. */
    public boolean isTaughtViews() {
        return training.consistent() && method.distils();
    }

    /** Parts of a job that it takes: a cross-validation, where there is one, and its training. */
    public int steps() {
        return folds == 0 ? 1 : 2;
    }

    /** Which examples its folds hold out, in turn: all of them together. */
    Stretches folds(Examples transfer, long ownSeed) {
        int[] bounds = IntStream.rangeClosed(0, folds)
                .map(fold -> (int) ((long) transfer.size() * fold / folds))
                .toArray();
        return Stretches.of(transfer::label, transfer.size(), bounds, ownSeed);
    }

    /** Its training on examples, without validation unless that can end it. */
    Fit fit(String title, Examples examples, long ownSeed) {
        Examples trained = examples;
        Examples heldOut = null;
        if (training.stopping().isOn()) {
            Stretches stretches = training.stopping().heldOut(examples, ownSeed);
            trained = examples.at(stretches.others(0));
            heldOut = examples.at(stretches.positions().getFirst());
        }
        return new Fit(title, trained, heldOut, training, method.loss(temperature, alpha), temperature, ownSeed);
    }

    /** The same on true labels, as a model of its own that is not cross-validated. */
    public Student onTrueLabels(String otherName, float otherTemperature) {
        Method labels = Method.HARD_LABELS;
        Student alone = withMethod(labels, labels.alpha());
        return new Student(
                otherName, alone.training, labels, alone.alpha, otherTemperature, omitted, 0, corrections, seed);
    }

    public Student withName(String other) {
        return new Student(other, training, method, alpha, temperature, omitted, folds, corrections, seed);
    }

    public Student withTraining(Training other) {
        return new Student(name, other, method, alpha, temperature, omitted, folds, corrections, seed);
    }

    /** Without a teacher in it, nobody labels what it is shown. */
    public Student withMethod(Method other, float otherAlpha) {
        Training same = other.distils() ? training : training.withConsistent(false);
        return new Student(name, same, other, otherAlpha, temperature, omitted, folds, corrections, seed);
    }

    public Student withTemperature(float other) {
        return new Student(name, training, method, alpha, other, omitted, folds, corrections, seed);
    }

    public Student withOmitted(Set<Integer> other) {
        return new Student(name, training, method, alpha, temperature, other, folds, corrections, seed);
    }

    public Student withCorrections(CorrectionPlan other) {
        return new Student(name, training, method, alpha, temperature, omitted, folds, other, seed);
    }

    /** The students with these names, in that order. */
    static List<Student> named(List<Student> students, List<String> names) {
        return names.stream()
                .flatMap(name ->
                        students.stream().filter(student -> student.name().equals(name)))
                .toList();
    }
}
