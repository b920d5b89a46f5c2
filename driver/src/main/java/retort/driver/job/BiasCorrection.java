package retort.driver.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Finds what to add to the logits of classes that a student never saw, so that it names them as often as it should.
 * Source: Hinton, Vinyals and Dean 2015, section 3.
 */
public final class BiasCorrection {
    /** The ways to find it. */
    public enum Kind {
        /** See {@link #oracle}. */
        ORACLE,
        /** See {@link #priorMatch}. */
        PRIOR_MATCH;

        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private BiasCorrection() {}

    /**
     * The bias with the fewest errors on these very examples: an upper limit on what any method can reach, not one to
     * use. Exact: a prediction changes only where the bias makes an omitted class overtake the best of the others, so
     * the errors are counted between all such places; of the best stretches, the one nearest to no bias is taken. A
     * bias at which two logits are equal, so that the order of the classes decides, is none of them.
     */
    public static double oracle(Logits logits, Examples examples, Set<Integer> omitted) {
        int rows = logits.rows();
        double[][] changes = new double[rows][];
        int errors = 0;
        for (int i = 0; i < rows; i++) {
            int inside = best(logits, i, omitted, true);
            int outside = best(logits, i, omitted, false);
            int label = examples.label(i);
            errors += outside == label ? 0 : 1;
            double overtakes = (double) logit(logits, i, outside) - logit(logits, i, inside);
            changes[i] = new double[] {overtakes, (inside == label ? 0 : 1) - (outside == label ? 0 : 1)};
        }
        Arrays.sort(changes, (a, b) -> Double.compare(a[0], b[0]));
        int fewest = errors;
        double bias = Math.min(0, changes[0][0] - 1);
        for (int i = 0; i < rows; i++) {
            errors += (int) changes[i][1];
            boolean last = i == rows - 1;
            if (!last && changes[i + 1][0] == changes[i][0]) {
                continue;
            }
            double middle = last ? changes[i][0] + 1 : (changes[i][0] + changes[i + 1][0]) / 2;
            if (errors < fewest || errors == fewest && Math.abs(middle) < Math.abs(bias)) {
                fewest = errors;
                bias = middle;
            }
        }
        return bias;
    }

    /**
     * The bias at which the mean probability of the omitted classes equals {@code share}, by bisection; reads no label.
     *
     * @param share of the omitted classes among the teacher's predictions on the training set, in (0, 1)
     */
    public static double priorMatch(Logits logits, Set<Integer> omitted, double temperature, double share) {
        double[] inside = new double[logits.rows()];
        for (int i = 0; i < inside.length; i++) {
            double[] p = logits.probabilities(i, temperature);
            for (int c : omitted) {
                inside[i] += p[c];
            }
        }
        double low = -1;
        double high = 1;
        while (meanProbability(inside, low / temperature) > share && low > -1e6) {
            low *= 2;
        }
        while (meanProbability(inside, high / temperature) < share && high < 1e6) {
            high *= 2;
        }
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (meanProbability(inside, middle / temperature) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * Mean probability of classes that had the probabilities {@code inside} before their logits / T grew by
     * {@code shift}.
     */
    private static double meanProbability(double[] inside, double shift) {
        double outsideFactor = Math.exp(-shift);
        double sum = 0;
        for (double p : inside) {
            sum += p / (p + (1 - p) * outsideFactor);
        }
        return sum / inside.length;
    }

    /** The class with the largest logit of row i, among the omitted or among the others. */
    private static int best(Logits logits, int i, Set<Integer> omitted, boolean amongOmitted) {
        int best = -1;
        for (int c = 0; c < logits.classes(); c++) {
            if (omitted.contains(c) == amongOmitted && (best < 0 || logit(logits, i, c) > logit(logits, i, best))) {
                best = c;
            }
        }
        return best;
    }

    private static float logit(Logits logits, int i, int c) {
        return logits.values()[i * logits.classes() + c];
    }
}
