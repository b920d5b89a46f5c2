package retort.driver.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds what to add to the logits of classes that a student never saw, which it has learned never to say first.
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

    /** As many as a double has bits to find. */
    private static final int BISECTIONS = 64;

    private BiasCorrection() {}

    /**
     * The bias with the fewest errors on these very examples: an upper limit on what any method can reach, not one to
     * use. Exact: a prediction changes only where the bias makes an omitted class overtake the best of the others, so
     * the errors are counted between all such places; of the best stretches, the one nearest to no bias is taken. A
     * bias at which two logits are equal, so that the order of the classes decides, is none of them.
     *
     * @return empty where no example is of an omitted class, or all are: the smaller or larger a bias, the better
     */
    public static Optional<Double> oracle(Logits logits, Examples examples, Set<Integer> omitted) {
        int rows = logits.rows();
        long ofOmitted = IntStream.range(0, rows)
                .filter(i -> omitted.contains(examples.label(i)))
                .count();
        if (ofOmitted == 0 || ofOmitted == rows) {
            return Optional.empty();
        }
        double[][] changes = new double[rows][];
        // More than at a bias that names no omitted class.
        int errors = 0;
        for (int i = 0; i < rows; i++) {
            int inside = best(logits, i, omitted, true);
            int outside = best(logits, i, omitted, false);
            int label = examples.label(i);
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
        return Optional.of(bias);
    }

    /**
     * The bias at which the mean probability of the omitted classes, by softmax(logits / T), equals {@code share}, by
     * bisection; reads no label.
     *
     * @param share of the omitted classes among the teacher's predictions on the training set
     * @return empty where that is 0 or 1, which no finite bias reaches
     */
    public static Optional<Double> priorMatch(Logits logits, Set<Integer> omitted, double temperature, double share) {
        if (!(share > 0 && share < 1)) {
            return Optional.empty();
        }
        // In log-odds, so that no probability is too near to 0 or 1 to be a number: the bias / T is added to each.
        double[] logOdds = new double[logits.rows()];
        for (int i = 0; i < logOdds.length; i++) {
            logOdds[i] = logits.logOdds(i, omitted, temperature);
        }
        // If all of them were the smallest, or the largest, this bias would do.
        double wanted = Math.log(share / (1 - share));
        double low = wanted - Arrays.stream(logOdds).max().orElseThrow();
        double high = wanted - Arrays.stream(logOdds).min().orElseThrow();
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (meanProbability(logOdds, middle) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Optional.of(temperature * (low + high) / 2);
    }

    /** Mean probability of classes whose log-odds grow by {@code shift}. */
    private static double meanProbability(double[] logOdds, double shift) {
        double sum = 0;
        for (double odds : logOdds) {
            sum += 1 / (1 + Math.exp(-odds - shift));
        }
        return sum / logOdds.length;
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
