package retort.driver.job;

import java.util.Arrays;
import java.util.List;
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
        PRIOR_MATCH,
        /** See {@link LabelShift#expectationMaximization}, with a calibration of one number for each class. */
        EM,
        /** The same with a calibration by temperature alone. */
        EM_TEMPERATURE,
        /** See {@link LabelShift#blackBox}. */
        BBSE,
        /** See {@link LabelShift#vector}. */
        VECTOR;

        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether it is a limit that is read off the test's labels; the others read none. */
        public boolean readsLabels() {
            return this == ORACLE;
        }

        /** The way of that name. */
        public static Optional<Kind> byId(String id) {
            return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
        }

        /** Those that read no label. */
        public static List<Kind> labelFree() {
            return Arrays.stream(values()).filter(kind -> !kind.readsLabels()).toList();
        }

        /** Their names. */
        public static List<String> labelFreeIds() {
            return labelFree().stream().map(Kind::id).toList();
        }
    }

    /**
     * What came of a way.
     *
     * @param bias null where none is defined
     * @param undefined why not; null where one is
     */
    record Found(Bias bias, String undefined) {
        static Found of(Bias bias) {
            return new Found(bias, null);
        }

        static Found nothing(String why) {
            return new Found(null, why);
        }
    }

    private BiasCorrection() {}

    /**
     * The bias with the fewest errors on these very examples: an upper limit on what one number can reach, not a method
     * to use. Exact: a prediction changes only where the bias makes an omitted class overtake the best of the others,
     * so the errors are counted in the middle between all such places; of the best, the one nearest to no bias is
     * taken. A bias at which two logits are equal, so that the order of the classes decides, is none of them.
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
            double overtakes = (double) logits.at(i, outside) - logits.at(i, inside);
            changes[i] = new double[] {overtakes, (inside == label ? 0 : 1) - (outside == label ? 0 : 1)};
        }
        Arrays.sort(changes, (a, b) -> Double.compare(a[0], b[0]));
        int fewest = errors;
        double bias = changes[0][0] > 0 ? 0 : changes[0][0] - 1;
        for (int i = 0; i < rows; i++) {
            errors += (int) changes[i][1];
            boolean last = i == rows - 1;
            if (!last && changes[i + 1][0] == changes[i][0]) {
                continue;
            }
            double behind = changes[i][0] < 0 ? 0 : changes[i][0] + 1;
            double place = last ? behind : (changes[i][0] + changes[i + 1][0]) / 2;
            if (errors < fewest || errors == fewest && Math.abs(place) < Math.abs(bias)) {
                fewest = errors;
                bias = place;
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
        // The bias / T is added to each.
        double[] logOdds = new double[logits.rows()];
        for (int i = 0; i < logOdds.length; i++) {
            logOdds[i] = logits.logOdds(i, omitted, temperature);
        }
        return Optional.of(temperature * ShareMatch.shift(logOdds, share));
    }

    /** The class with the largest logit of row i, among the omitted or among the others. */
    private static int best(Logits logits, int i, Set<Integer> omitted, boolean amongOmitted) {
        int best = -1;
        for (int c = 0; c < logits.classes(); c++) {
            if (omitted.contains(c) == amongOmitted && (best < 0 || logits.at(i, c) > logits.at(i, best))) {
                best = c;
            }
        }
        return best;
    }
}
