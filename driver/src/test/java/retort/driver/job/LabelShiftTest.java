package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On a world that is known: an image is one number x that is drawn around its class with variance 1, and whoever
 * knows the shares of the classes knows the logits too, x c - c^2 / 2 + log share for class c.
 */
class LabelShiftTest {
    private static final double[] BEFORE = {0.55, 0.449, 0.001};
    private static final double[] AFTER = {0.3, 0.5, 0.2};
    private static final int IMAGES = 40_000;

    /** Of a class 2 that hardly was there, at any T and with logits that are off by a factor and a bias. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 3.5})
    void expectationMaximisationFindsTheSharesOfAKnownWorld(double temperature) {
        Logits source = logits(xs(BEFORE, 1), BEFORE, temperature);
        Logits target = logits(xs(AFTER, 2), BEFORE, temperature);
        Logits distorted = distorted(source);
        LabelShift shift = new LabelShift(
                distorted(target),
                () -> new LabelShift.Source(distorted, source, temperature, done -> {}),
                AFTER,
                Set.of(2),
                temperature);
        Logits corrected =
                distorted(target).biased(shift.bias(BiasCorrection.Kind.EM).bias());
        Logits right = logits(xs(AFTER, 2), AFTER, temperature);
        assertEquals(0, disagreement(right, corrected), 0.01);
        assertShares(
                AFTER, source, distorted, shift.bias(BiasCorrection.Kind.EM).bias(), temperature);
    }

    /** The bias of the class undoes the distortion and the shift: what is left of it is log(after / before). */
    private static void assertShares(
            double[] expected, Logits source, Logits distorted, Bias bias, double temperature) {
        double[] raised = new double[3];
        for (int c = 0; c < 3; c++) {
            double ofDistortion = distorted.at(0, c) - 2 * source.at(0, c);
            raised[c] = (bias.ofClass().get(c) + ofDistortion) / 2 / temperature;
        }
        for (int c = 1; c < 3; c++) {
            double log = Math.log(expected[c] / BEFORE[c] / (expected[0] / BEFORE[0]));
            assertEquals(log, raised[c] - raised[0], 0.1, "class " + c);
        }
    }

    /** Classes that are far apart, so that each image tells the teacher what it is, are counted exactly. */
    @Test
    void blackBoxFindsTheSharesWhereTheTransferSetHasTheClass() {
        Logits source = logits(xs(BEFORE, 3), BEFORE, 1);
        Logits target = logits(xs(AFTER, 4), BEFORE, 1);
        LabelShift shift =
                new LabelShift(target, () -> new LabelShift.Source(source, source, 1, done -> {}), AFTER, Set.of(2), 1);
        Bias bias = shift.bias(BiasCorrection.Kind.BBSE).bias();
        Logits right = logits(xs(AFTER, 4), AFTER, 1);
        assertEquals(0, disagreement(right, target.biased(bias)), 0.05);
    }

    /** As published, with counts, the row of a class that a student never names is empty. */
    @Test
    void blackBoxIsRefusedWhereTheStudentNeverNamesAClass() {
        float[] values = new float[30 * 3];
        for (int i = 0; i < 30; i++) {
            values[3 * i + i % 2] = 1000;
            values[3 * i + 2] = -1000;
        }
        Logits sure = new Logits(values, 3);
        LabelShift shift =
                new LabelShift(sure, () -> new LabelShift.Source(sure, sure, 1, done -> {}), AFTER, Set.of(2), 1);
        BiasCorrection.Found found = shift.bias(BiasCorrection.Kind.BBSE);
        assertNull(found.bias());
        assertEquals("the confusion matrix is singular", found.undefined());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.1, 0.5, 0.99})
    void theVectorOfOneClassIsPriorMatch(double share) {
        Logits target = random(500, 10, 5);
        double[] shares = new double[10];
        shares[3] = share;
        shares[0] = 1 - share;
        LabelShift shift = new LabelShift(target, LabelShiftTest::none, shares, Set.of(3), 3.5);
        double vector = shift.bias(BiasCorrection.Kind.VECTOR).bias().ofClass().get(3);
        double prior =
                shift.bias(BiasCorrection.Kind.PRIOR_MATCH).bias().ofClass().get(3);
        assertEquals(prior, vector, 1e-9 * Math.max(1, Math.abs(prior)));
    }

    /** Up to all classes but one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9})
    void theVectorReachesEveryShare(int omittedClasses) {
        Set<Integer> omitted =
                Set.copyOf(IntStream.range(0, omittedClasses).boxed().toList());
        for (double temperature : new double[] {1, 20}) {
            Logits target = random(400, 10, 6);
            double[] shares = new double[10];
            for (int c = 0; c < 10; c++) {
                shares[c] = (c + 1) / 55.0;
            }
            LabelShift shift = new LabelShift(target, LabelShiftTest::none, shares, omitted, temperature);
            Bias bias = shift.bias(BiasCorrection.Kind.VECTOR).bias();
            assertNotNull(bias);
            double[] mean = mean(target.biased(bias), temperature);
            for (int c : omitted) {
                assertEquals(shares[c], mean[c], 1e-6, "class " + c);
            }
        }
    }

    @Test
    void aShareOfNothingOrOfAllIsUndefinedWithAReason() {
        double[] shares = {0.5, 0.5, 0};
        LabelShift never = new LabelShift(random(50, 3, 7), LabelShiftTest::none, shares, Set.of(1, 2), 1);
        assertEquals(
                "the teacher never names class 2",
                never.bias(BiasCorrection.Kind.VECTOR).undefined());
        LabelShift only = new LabelShift(random(50, 3, 7), LabelShiftTest::none, shares, Set.of(0, 1), 1);
        assertEquals(
                "the teacher names nothing else",
                only.bias(BiasCorrection.Kind.VECTOR).undefined());
        assertEquals(
                "the teacher names nothing else",
                only.bias(BiasCorrection.Kind.PRIOR_MATCH).undefined());
    }

    /** By images whose likelihood ratio is 1 in the mean the share of the second falls to 0 as 1 / rounds does. */
    @Test
    void sharesThatDoNotConvergeAreNone() {
        double[][] probabilities = {{2 / 3.0, 1 / 3.0}, {0.4, 0.6}};
        assertEquals(Optional.empty(), LabelShift.likeliest(probabilities, new double[] {0.5, 0.5}));
        double[][] converging = {{0.9, 0.1}, {0.2, 0.8}};
        assertNotEquals(Optional.empty(), LabelShift.likeliest(converging, new double[] {0.5, 0.5}));
    }

    @Test
    void theOracleIsNoMethodWithoutLabels() {
        LabelShift shift = new LabelShift(random(5, 3, 8), LabelShiftTest::none, AFTER, Set.of(2), 1);
        assertThrows(IllegalArgumentException.class, () -> shift.bias(BiasCorrection.Kind.ORACLE));
    }

    @ParameterizedTest
    @EnumSource(names = "ORACLE", mode = EnumSource.Mode.EXCLUDE)
    void twiceIsTheSameBits(BiasCorrection.Kind kind) {
        Logits source = random(300, 4, 9);
        Logits teacher = random(300, 4, 10);
        LabelShift shift = new LabelShift(
                random(200, 4, 11),
                () -> new LabelShift.Source(source, teacher, 2, done -> {}),
                new double[] {0.3, 0.3, 0.2, 0.2},
                Set.of(3),
                2);
        assertEquals(shift.bias(kind), shift.bias(kind));
    }

    @Test
    void aDrawHasSoManyDifferentRowsAndAnotherDrawOthers() {
        Logits all = random(1000, 3, 12);
        Logits some = Corrections.drawn(all, 100, 5, 0);
        assertEquals(100, some.rows());
        assertEquals(
                100,
                IntStream.range(0, 100)
                        .mapToObj(i -> Arrays.toString(new float[] {some.at(i, 0), some.at(i, 1), some.at(i, 2)}))
                        .distinct()
                        .count());
        assertEquals(
                true,
                Arrays.equals(some.values(), Corrections.drawn(all, 100, 5, 0).values()));
        assertEquals(
                false,
                Arrays.equals(some.values(), Corrections.drawn(all, 100, 5, 1).values()));
    }

    private static LabelShift.Source none() {
        throw new AssertionError("no method that is tested here asks for it");
    }

    /** Twice the logits, and a bias against class 2. */
    private static Logits distorted(Logits logits) {
        float[] values = logits.values().clone();
        for (int e = 0; e < values.length; e++) {
            values[e] *= 2;
        }
        return new Logits(values, 3).biased(new Bias(List.of(0.0, 0.5, -1.0)));
    }

    private static double[] xs(double[] shares, long seed) {
        Random random = new Random(seed);
        double[] xs = new double[IMAGES];
        for (int i = 0; i < IMAGES; i++) {
            double at = random.nextDouble();
            int label = at < shares[0] ? 0 : at < shares[0] + shares[1] ? 1 : 2;
            xs[i] = 2 * label + random.nextGaussian();
        }
        return xs;
    }

    /** T times those whose softmax is the probability of each class, 2 apart from the next. */
    private static Logits logits(double[] xs, double[] shares, double temperature) {
        float[] values = new float[3 * xs.length];
        for (int i = 0; i < xs.length; i++) {
            for (int c = 0; c < 3; c++) {
                double log = 2 * c * xs[i] - 2 * c * c + Math.log(shares[c]);
                values[3 * i + c] = (float) (temperature * log);
            }
        }
        return new Logits(values, 3);
    }

    private static double disagreement(Logits one, Logits other) {
        long differ = IntStream.range(0, one.rows())
                .filter(i -> one.prediction(i) != other.prediction(i))
                .count();
        return differ / (double) one.rows();
    }

    private static Logits random(int rows, int classes, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * classes];
        for (int e = 0; e < values.length; e++) {
            values[e] = (float) (4 * random.nextGaussian());
        }
        return new Logits(values, classes);
    }

    private static double[] mean(Logits logits, double temperature) {
        double[] mean = new double[logits.classes()];
        for (int i = 0; i < logits.rows(); i++) {
            double[] p = logits.probabilities(i, temperature);
            for (int c = 0; c < mean.length; c++) {
                mean[c] += p[c] / logits.rows();
            }
        }
        return mean;
    }
}
