package retort.driver.job;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.IntStream;

/**
 * Predictions held against true labels.
 *
 * @param confusion has a row for each true class, a column for each predicted one
 * @param negativeLogLikelihood see {@link Logits#negativeLogLikelihood}
 * @param calibrationError see {@link Logits#calibrationError}
 */
public record Evaluation(int[][] confusion, double negativeLogLikelihood, double calibrationError) {
    /** @param temperature T of softmax(logits / T) in the two that need probabilities */
    public static Evaluation of(Logits logits, Examples examples, double temperature) {
        int[][] confusion = new int[logits.classes()][logits.classes()];
        for (int i = 0; i < logits.rows(); i++) {
            confusion[examples.label(i)][logits.prediction(i)]++;
        }
        return new Evaluation(
                confusion,
                logits.negativeLogLikelihood(examples, temperature),
                logits.calibrationError(examples, temperature));
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

    /** The share of the images of each class that were named right; 0 without such images. */
    public double[] recall() {
        return IntStream.range(0, confusion.length)
                .mapToDouble(c -> share(confusion[c][c], sum(confusion[c])))
                .toArray();
    }

    /** The share of the images of some classes that were named right; 0 without such images. */
    public double recall(Collection<Integer> classes) {
        int right = classes.stream().mapToInt(c -> confusion[c][c]).sum();
        return share(right, classes.stream().mapToInt(c -> sum(confusion[c])).sum());
    }

    private int right() {
        return IntStream.range(0, confusion.length).map(c -> confusion[c][c]).sum();
    }

    private static int sum(int[] row) {
        return Arrays.stream(row).sum();
    }

    private static double share(int right, int images) {
        return images == 0 ? 0 : right / (double) images;
    }
}
