package retort.driver.job;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How several teachers become one. Source: Hinton, Vinyals and Dean 2015, section 4: a student learns from the
 * arithmetic or the geometric mean of its teachers' predictions.
 */
public enum Ensemble {
    /** The mean of their logits, which gives the geometric mean of their probabilities at any T. */
    LOGITS {
        @Override
        double mean(List<Logits> teachers, int row, int c, double[] logSums) {
            double sum = 0;
            for (Logits each : teachers) {
                sum += each.values()[row * each.classes() + c];
            }
            return sum / teachers.size();
        }
    },
    /** The logarithm of the mean of their probabilities softmax(logits) at T = 1. */
    PROBABILITIES {
        @Override
        double mean(List<Logits> teachers, int row, int c, double[] logSums) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int t = 0; t < logSums.length; t++) {
                largest = Math.max(largest, logProbability(teachers.get(t), row, c, logSums[t]));
            }
            double sum = 0;
            for (int t = 0; t < logSums.length; t++) {
                sum += Math.exp(logProbability(teachers.get(t), row, c, logSums[t]) - largest);
            }
            return largest + Math.log(sum / logSums.length);
        }
    };

    /** @param logSums of each teacher the log of the sum of exp(logit) over the row */
    abstract double mean(List<Logits> teachers, int row, int c, double[] logSums);

    private static double logProbability(Logits teacher, int row, int c, double logSum) {
        return teacher.values()[row * teacher.classes() + c] - logSum;
    }

    /** As users write it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** That of this name. */
    public static Optional<Ensemble> byId(String id) {
        return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
    }

    /** All names. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(Ensemble::id).toList();
    }

    /**
     * The logits of all of them together; of a single teacher its own, as they are.
     *
     * @throws IllegalArgumentException if they are not of as many images and classes
     */
    public Logits of(List<Logits> teachers) {
        Logits first = teachers.getFirst();
        for (Logits each : teachers) {
            if (each.rows() != first.rows() || each.classes() != first.classes()) {
                throw new IllegalArgumentException("ensemble: logits of " + each.rows() + " x " + each.classes()
                        + ", expected " + first.rows() + " x " + first.classes());
            }
        }
        if (teachers.size() == 1) {
            return first;
        }
        float[] values = new float[first.values().length];
        double[] logSums = new double[teachers.size()];
        for (int row = 0; row < first.rows(); row++) {
            for (int t = 0; t < logSums.length; t++) {
                logSums[t] = teachers.get(t).logSumExp(row, c -> true, 1);
            }
            for (int c = 0; c < first.classes(); c++) {
                values[row * first.classes() + c] = (float) mean(teachers, row, c, logSums);
            }
        }
        return new Logits(values, first.classes());
    }
}
