package retort.driver.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import retort.driver.statistics.ErrorSet;

/**
 * Predictions held against true labels.
 *
 * @param confusion has a row for each true class, a column for each predicted one
 * @param negativeLogLikelihood see {@link Logits#negativeLogLikelihood}
 * @param calibrationError see {@link Logits#calibrationError}
 * @param calibration see {@link Logits#calibration}
 * @param samples of each class the first images that were named right, and the first that were named wrong
 * @param wrong all that were named wrong
 */
public record Evaluation(
        int[][] confusion,
        double negativeLogLikelihood,
        double calibrationError,
        List<Logits.Bin> calibration,
        List<Sample> samples,
        ErrorSet wrong) {
    /** Images of a class that are kept as right, and as many as wrong. */
    private static final int SAMPLES = 12;

    /**
     * What was said of one image.
     *
     * @param image its index among the examples
     * @param confidence probability of the predicted class
     */
    public record Sample(int image, int label, int predicted, double confidence) {}

    /** @param temperature T of softmax(logits / T) in the two that need probabilities */
    public static Evaluation of(Logits logits, Examples examples, double temperature) {
        int[][] confusion = new int[logits.classes()][logits.classes()];
        for (int i = 0; i < logits.rows(); i++) {
            confusion[examples.label(i)][logits.prediction(i)]++;
        }
        return new Evaluation(
                confusion,
                logits.negativeLogLikelihood(examples, temperature),
                logits.calibrationError(examples, temperature),
                logits.calibration(examples, temperature),
                samples(logits, examples, temperature),
                ErrorSet.of(logits.rows(), i -> logits.prediction(i) != examples.label(i)));
    }

    private static List<Sample> samples(Logits logits, Examples examples, double temperature) {
        List<Sample> samples = new ArrayList<>();
        int[][] kept = new int[2][logits.classes()];
        for (int i = 0; i < logits.rows(); i++) {
            int label = examples.label(i);
            int predicted = logits.prediction(i);
            if (kept[predicted == label ? 1 : 0][label]++ < SAMPLES) {
                double confidence = logits.probabilities(i, temperature)[predicted];
                samples.add(new Sample(i, label, predicted, confidence));
            }
        }
        return samples;
    }

    public int images() {
        return Arrays.stream(confusion).mapToInt(Evaluation::sum).sum();
    }

    public int errors() {
        return images() - right();
    }

    public double accuracy() {
        return right() / (double) images();
    }

    /** The share of the images of each class that were named right; null without such images. */
    public Double[] recall() {
        return IntStream.range(0, confusion.length)
                .mapToObj(c -> share(confusion[c][c], sum(confusion[c])))
                .toArray(Double[]::new);
    }

    /** The share of the images of some classes that were named right; null without such images. */
    public Double recall(Collection<Integer> classes) {
        int right = classes.stream().mapToInt(c -> confusion[c][c]).sum();
        return share(right, classes.stream().mapToInt(c -> sum(confusion[c])).sum());
    }

    private int right() {
        return IntStream.range(0, confusion.length).map(c -> confusion[c][c]).sum();
    }

    private static int sum(int[] row) {
        return Arrays.stream(row).sum();
    }

    private static Double share(int right, int images) {
        return images == 0 ? null : right / (double) images;
    }
}
