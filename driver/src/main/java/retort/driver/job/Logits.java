package retort.driver.job;

import java.util.Set;

/** What a model said of some images, one row of logits for each, on the host. */
public record Logits(float[] values, int classes) {
    public int rows() {
        return values.length / classes;
    }

    /** The class with the largest logit in row i, the lowest among equals. */
    public int prediction(int i) {
        return argmax(values, i * classes, classes);
    }

    static int argmax(float[] values, int from, int count) {
        int best = 0;
        for (int c = 1; c < count; c++) {
            if (values[from + c] > values[from + best]) {
                best = c;
            }
        }
        return best;
    }

    /** The same logits with {@code bias} added to those of some classes. */
    public Logits biased(Set<Integer> biasedClasses, double bias) {
        float[] changed = values.clone();
        for (int e = 0; e < changed.length; e++) {
            if (biasedClasses.contains(e % classes)) {
                changed[e] += (float) bias;
            }
        }
        return new Logits(changed, classes);
    }

    /** softmax(logits / T) of row i, in double. */
    public double[] probabilities(int i, double temperature) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            largest = Math.max(largest, values[i * classes + c]);
        }
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

    /** Mean cross-entropy of the examples' targets against softmax(logits / T). */
    public double meanLoss(Examples examples, double temperature) {
        double sum = 0;
        for (int i = 0; i < rows(); i++) {
            double[] p = probabilities(i, temperature);
            for (int c = 0; c < classes; c++) {
                double t = examples.target(i, c);
                if (t != 0) {
                    sum -= t * Math.log(Math.max(p[c], Double.MIN_NORMAL));
                }
            }
        }
        return sum / rows();
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
