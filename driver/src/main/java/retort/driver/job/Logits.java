package retort.driver.job;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import retort.driver.data.ImageSet;
import retort.nn.Predictor;

/** What a model said of some images, one row of logits for each, on the host. */
public record Logits(float[] values, int classes) {
    /** As many as in the paper that the calibration error comes from. */
    private static final int CONFIDENCE_BINS = 15;

    public int rows() {
        return values.length / classes;
    }

    /** The class with the largest logit in row i, the lowest among equals. */
    public int prediction(int i) {
        return Predictor.argmax(values, i * classes, classes);
    }

    /** The share of each class among the predictions. */
    double[] shares() {
        double[] shares = new double[classes];
        for (int i = 0; i < rows(); i++) {
            shares[prediction(i)]++;
        }
        for (int c = 0; c < classes; c++) {
            shares[c] /= rows();
        }
        return shares;
    }

    /** The same logits with a bias added. */
    public Logits biased(Bias bias) {
        float[] changed = values.clone();
        for (int e = 0; e < changed.length; e++) {
            changed[e] += bias.ofClass().get(e % classes).floatValue();
        }
        return new Logits(changed, classes);
    }

    /** Those of some rows, in that order. */
    Logits at(int[] rows) {
        float[] some = new float[rows.length * classes];
        for (int i = 0; i < rows.length; i++) {
            copyRow(rows[i], some, i * classes);
        }
        return new Logits(some, classes);
    }

    /** Writes row i. */
    void copyRow(int i, float[] to, int offset) {
        System.arraycopy(values, i * classes, to, offset, classes);
    }

    /** That of class c in row i. */
    float at(int i, int c) {
        return values[i * classes + c];
    }

    /** softmax(logits / T) of row i, in double. */
    public double[] probabilities(int i, double temperature) {
        double largest = largest(i, c -> true);
        double[] p = new double[classes];
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            p[c] = Math.exp((values[i * classes + c] - largest) / temperature);
            sum += p[c];
        }
        for (int c = 0; c < classes; c++) {
            p[c] /= sum;
        }
        return p;
    }

    /** The mean of {@link #probabilities} over the images of each class, a row for each; null without such images. */
    public double[][] meanProbabilities(ImageSet images, double temperature) {
        double[][] mean = new double[classes][classes];
        int[] count = new int[classes];
        for (int i = 0; i < rows(); i++) {
            int label = images.label(i);
            count[label]++;
            double[] p = probabilities(i, temperature);
            for (int c = 0; c < classes; c++) {
                mean[label][c] += p[c];
            }
        }
        for (int label = 0; label < classes; label++) {
            for (int c = 0; c < classes; c++) {
                mean[label][c] /= count[label];
            }
            mean[label] = count[label] == 0 ? null : mean[label];
        }
        return mean;
    }

    /** Mean of -log of the probability that softmax(logits / T) gives the true label. */
    public double negativeLogLikelihood(Examples examples, double temperature) {
        double sum = 0;
        for (int i = 0; i < rows(); i++) {
            sum += logSumExp(i, c -> true, temperature) - values[i * classes + examples.label(i)] / temperature;
        }
        return sum / rows();
    }

    /** log(p / (1 - p)) of the probability p that softmax(logits / T) gives some classes together, and not all. */
    double logOdds(int i, Set<Integer> of, double temperature) {
        return logSumExp(i, of::contains, temperature) - logSumExp(i, c -> !of.contains(c), temperature);
    }

    /** log(sum of exp(logit / T)) over classes of row i: finite where a probability is too small to be a number. */
    double logSumExp(int i, IntPredicate of, double temperature) {
        double largest = largest(i, of);
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += of.test(c) ? Math.exp((values[i * classes + c] - largest) / temperature) : 0;
        }
        return largest / temperature + Math.log(sum);
    }

    private double largest(int i, IntPredicate of) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            largest = of.test(c) ? Math.max(largest, values[i * classes + c]) : largest;
        }
        return largest;
    }

    /**
     * Predictions of like confidence.
     *
     * @param confidence their mean
     * @param accuracy the share of them that is right
     */
    public record Bin(int images, double confidence, double accuracy) {}

    /** Predictions in bins of equal width by confidence, from low to high; without those that none fell into. */
    public List<Bin> calibration(Examples examples, double temperature) {
        double[][] sums = confidenceSums(examples, temperature);
        return IntStream.range(0, CONFIDENCE_BINS)
                .filter(bin -> sums[2][bin] > 0)
                .mapToObj(bin -> new Bin((int) sums[2][bin], sums[0][bin] / sums[2][bin], sums[1][bin] / sums[2][bin]))
                .toList();
    }

    /**
     * How far the confidence of predictions is from their accuracy: the mean difference of the two in bins of equal
     * width by confidence, weighted by predictions. Source: Guo, Pleiss, Sun and Weinberger 2017, equation 3.
     */
    public double calibrationError(Examples examples, double temperature) {
        double[][] sums = confidenceSums(examples, temperature);
        double sum = 0;
        for (int bin = 0; bin < CONFIDENCE_BINS; bin++) {
            sum += Math.abs(sums[0][bin] - sums[1][bin]);
        }
        return sum / rows();
    }

    /** Of each bin the confidence of its predictions, how many of them are right, and how many there are. */
    private double[][] confidenceSums(Examples examples, double temperature) {
        double[][] sums = new double[3][CONFIDENCE_BINS];
        for (int i = 0; i < rows(); i++) {
            double confidence = probabilities(i, temperature)[prediction(i)];
            int bin = Math.min(CONFIDENCE_BINS - 1, (int) (confidence * CONFIDENCE_BINS));
            sums[0][bin] += confidence;
            sums[1][bin] += prediction(i) == examples.label(i) ? 1 : 0;
            sums[2][bin]++;
        }
        return sums;
    }

    /** Share of the examples whose target class is the one predicted. */
    public double accuracy(Examples examples) {
        int hits = 0;
        for (int i = 0; i < rows(); i++) {
            hits += prediction(i) == examples.targetClass(i) ? 1 : 0;
        }
        return hits / (double) rows();
    }
}
