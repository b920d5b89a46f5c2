package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.Divergence.Decoupled;
import retort.kernels.op.Divergence.LogitError;
import retort.kernels.op.Divergence.SoftTargets;
import retort.kernels.op.Divergence.Standardized;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.op.Temperature;

class DistillationTest {
    private static final long SEED = 20261124;

    private static final List<Divergence> DIVERGENCES = List.of(
            new SoftTargets(),
            new LogitError(),
            new Decoupled(1, 8),
            new Decoupled(2, 0),
            new Decoupled(0, 0.5f),
            new Standardized());

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    /** Loss, gradient and hit of a call. */
    private record Result(float[] dLogits, float[] outcome, double[][] bounds) {}

    private static Result run(Subject subject, DistillationSpec spec, float[] logits, float... targets) {
        float[][] inputs = {
            logits,
            targets,
            new float[logits.length],
            new float[spec.outcomeShape().size()]
        };
        KernelCheck check = KernelCheck.random(spec, SEED);
        float[][] results = check.run(subject.backend(), inputs);
        inputs[1] = finite(targets);
        return new Result(results[2], results[3], check.bounds(inputs));
    }

    /** Infinite logits as large ones, for whose size a bound can be had. */
    private static float[] finite(float[] logits) {
        float[] finite = logits.clone();
        for (int e = 0; e < finite.length; e++) {
            finite[e] = Float.isInfinite(finite[e]) ? Math.copySign(20, finite[e]) : finite[e];
        }
        return finite;
    }

    /** T times the logarithm of each: logits whose softmax at T is in proportion to {@code shares}. */
    private static float[] logits(double t, double... shares) {
        float[] logits = new float[shares.length];
        for (int c = 0; c < shares.length; c++) {
            logits[c] = (float) (t * Math.log(shares[c]));
        }
        return logits;
    }

    private static float[] labelled(float[] v, float label) {
        float[] targets = Arrays.copyOf(v, v.length + 1);
        targets[v.length] = label;
        return targets;
    }

    private static void assertRow(double loss, int hit, double[] dLogits, Result result) {
        assertEquals(loss, result.outcome()[0], result.bounds()[3][0]);
        assertEquals(hit, result.outcome()[1]);
        for (int c = 0; c < dLogits.length; c++) {
            assertEquals(dLogits[c], result.dLogits()[c], result.bounds()[2][c], "class " + c);
        }
    }

    /**
     * At T = 2 the student says 0.1, 0.9, the teacher 0.2, 0.8: loss 4 KL, gradient 2 (q - p). The label 0 has no part
     * in it.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void softTargetsByHand(Subject subject) {
        double divergence = 0.2 * Math.log(0.2 / 0.1) + 0.8 * Math.log(0.8 / 0.9);
        DistillationSpec spec = new DistillationSpec(1, 2, new SoftTargets(), 2, 0);
        Result result = run(subject, spec, logits(2, 1, 9), labelled(logits(2, 1, 4), 0));
        assertRow(4 * divergence, 1, new double[] {-0.2, 0.2}, result);
    }

    /**
     * The same with a quarter for the label. At T = 1 the student's logits 0, 2 ln 9 give 1/82, 81/82: cross-entropy ln
     * 82, gradient 1/82 - 1, 81/82. A second row like it halves the gradient of each.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void aMixOfSoftTargetsAndTheLabelByHand(Subject subject) {
        double divergence = 0.2 * Math.log(0.2 / 0.1) + 0.8 * Math.log(0.8 / 0.9);
        DistillationSpec spec = new DistillationSpec(2, 2, new SoftTargets(), 2, 0.25f);
        float z = (float) (2 * Math.log(9));
        float v = (float) (2 * Math.log(4));
        Result result = run(subject, spec, new float[] {0, z, 0, z}, 0, v, 0, 0, v, 0);
        double gradient = (0.25 * (81.0 / 82) + 0.75 * 0.2) / 2;
        assertRow(0.25 * Math.log(82) + 0.75 * 4 * divergence, 1, new double[] {-gradient, gradient}, result);
    }

    /**
     * (1 - 3)^2 + (5 - 4)^2 over 2 classes and 2; gradient -2/2 and 1/2, whatever T. The teacher's argmax is the other
     * class.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void logitErrorByHandIsExact(Subject subject) {
        DistillationSpec spec = new DistillationSpec(1, 2, new LogitError(), 7, 0);
        Result result = run(subject, spec, new float[] {1, 5}, 3, 4, 1);
        assertArrayEquals(new float[] {1.25f, 1}, result.outcome());
        assertArrayEquals(new float[] {-1, 0.5f}, result.dLogits());
        Result missed = run(subject, spec, new float[] {1, 5}, 4, 3, 1);
        assertArrayEquals(new float[] {3.25f, 0}, missed.outcome());
    }

    /**
     * At T = 2 the student says 1/2, 3/8, 1/8, the teacher 3/4, 1/8, 1/8, and the class is 0. Beside it they say 3/4,
     * 1/4 and 1/2, 1/2. The target's gradient is 2 (1/2 - 3/4) = -1/2; the others' 2 (8 (3/4 - 1/2) + 1/4 3/4) and 2 (8
     * (1/4 - 1/2) + 1/4 1/4).
     */
    @ParameterizedTest
    @MethodSource("engines")
    void decoupledByHand(Subject subject) {
        double target = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
        double others = 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25);
        DistillationSpec spec = new DistillationSpec(1, 3, new Decoupled(1, 8), 2, 0);
        Result result = run(subject, spec, logits(2, 4, 3, 1), labelled(logits(2, 6, 1, 1), 0));
        assertRow(4 * (target + 8 * others), 1, new double[] {-0.5, 4.375, -3.875}, result);
    }

    /**
     * Logits 0, 0, 3 have mean 1 and sigma sqrt(2): s = (-1, -1, 2) / sqrt(2). T = 3 / (sqrt(2) ln 8) makes the last of
     * them 8 times as likely as the others: q = 0.1, 0.1, 0.8; the teacher's 3, 0, 0 give p = 0.8, 0.1, 0.1. With g =
     * 0.7 T (-1, 0, 1), of mean 0, mean(g s) = 0.7 T / sqrt(2), and so the gradient 0.7 T ((-1, 0, 1) - (-1, -1, 2) /
     * 2) / sqrt(2).
     */
    @ParameterizedTest
    @MethodSource("engines")
    void standardizedByHand(Subject subject) {
        double t = 3 / (Math.sqrt(2) * Math.log(8));
        double loss = t * t * (0.8 * Math.log(8) + 0.1 * Math.log(1.0 / 8));
        double gradient = 0.35 * t / Math.sqrt(2);
        DistillationSpec spec = new DistillationSpec(1, 3, new Standardized(), (float) t, 0);
        Result result = run(subject, spec, new float[] {0, 0, 3}, 3, 0, 0, 1);
        assertRow(loss, 0, new double[] {-gradient, gradient, 0}, result);
    }

    /**
     * Of every divergence, with and without the label's part, for rows with a class and a row without. The two CPU
     * engines share one implementation, so comparing them says nothing; this is a second one.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void lossAndGradientAreThoseOfTheDefinitionAndItsDifferenceQuotients(Subject subject) {
        for (Divergence divergence : DIVERGENCES) {
            for (float hardShare : new float[] {0, 0.3f, 1}) {
                check(subject, new DistillationSpec(7, 5, divergence, 3, hardShare));
            }
        }
        EdgeCases.of(Spec.Op.DISTILLATION, subject.backend().tiling())
                .map(DistillationSpec.class::cast)
                .filter(spec -> spec.rows() * spec.classes() < 1000)
                .forEach(spec -> check(subject, spec));
    }

    private static void check(Subject subject, DistillationSpec spec) {
        check(subject, spec, SEED);
    }

    static void check(Subject subject, DistillationSpec spec, long seed) {
        KernelCheck check = KernelCheck.random(spec, seed);
        float[][] inputs = check.inputs();
        inputs[1][spec.classes()] = -1;
        float[][] results = check.run(subject.backend());
        double[][] bounds = check.bounds();
        int n = spec.classes();
        for (int i = 0; i < spec.rows(); i++) {
            double[] z = widened(inputs[0], i * n, n);
            double[] v = widened(inputs[1], i * (n + 1), n);
            DoubleDistillation row = new DoubleDistillation(spec, v, (int) inputs[1][i * (n + 1) + n]);
            String where = subject + ", " + spec.id() + ", seed " + seed + ", row " + i;
            // The bound is of the float32 result's distance from double's; double's own is far below one rounding.
            double rounding = Math.ulp(results[3][2 * i]);
            assertEquals(row.of(z), results[3][2 * i], bounds[3][2 * i] + rounding, where);
            for (int c = 0; c < n; c++) {
                DoubleDistillation.Quotient quotient = row.byLogit(z, c);
                double bound = bounds[2][i * n + c] + quotient.bound() / spec.rows();
                assertEquals(quotient.value() / spec.rows(), results[2][i * n + c], bound, where + ", class " + c);
            }
        }
    }

    /** The loss keeps a digit of its own there, the gradient three, and nothing overflows. */
    @ParameterizedTest
    @MethodSource("engines")
    void theNumbersMeanSomethingAtTheLowestAndTheHighestTemperature(Subject subject) {
        for (float t : new float[] {Temperature.LOWEST, Temperature.HIGHEST}) {
            for (Divergence divergence : DIVERGENCES) {
                KernelCheck check = KernelCheck.random(new DistillationSpec(64, 10, divergence, t, 0), SEED);
                check.check(subject.backend().engine().id(), subject.backend());
                float[][] results = check.run(subject.backend());
                float[][] defined = check.run(EnginesUnderTest.reference());
                String where = subject + ", " + check.spec().id();
                assertEquals(meanLoss(defined), meanLoss(results), meanLoss(defined) / 20, where);
                double largest = 0;
                for (float gradient : defined[2]) {
                    largest = Math.max(largest, Math.abs(gradient));
                }
                for (int e = 0; e < defined[2].length; e++) {
                    assertEquals(defined[2][e], results[2][e], largest / 1000, where + ", gradient " + e);
                }
            }
        }
    }

    private static double meanLoss(float[][] results) {
        double sum = 0;
        for (int i = 0; i < results[3].length; i += 2) {
            sum += results[3][i];
        }
        return 2 * sum / results[3].length;
    }

    @Test
    void aTemperatureBeyondTheRangeIsRefusedByEveryOpThatHasOne() {
        for (float t : new float[] {0, -1, 1e-4f, 1001, 1e5f, Float.NaN, Float.POSITIVE_INFINITY}) {
            List<Executable> specs = List.of(
                    () -> new SoftmaxSpec(1, 2, t),
                    () -> new CrossEntropySpec(1, 2, t, CrossEntropySpec.Targets.HARD),
                    () -> new DistillationSpec(1, 2, new SoftTargets(), t, 0));
            for (Executable spec : specs) {
                String message =
                        assertThrows(IllegalArgumentException.class, spec).getMessage();
                assertTrue(message.endsWith(": expected a temperature from 0.001 to 1000, got " + t), message);
            }
        }
    }

    private static double[] widened(float[] x, int from, int count) {
        return IntStream.range(from, from + count).mapToDouble(e -> x[e]).toArray();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aStudentThatEqualsItsTeacherHasNeitherLossNorGradient(Subject subject) {
        float[] logits = {0.3f, -2, 5.1f, 1};
        for (Divergence divergence : DIVERGENCES) {
            DistillationSpec spec = new DistillationSpec(1, 4, divergence, 3, 0);
            Result result = run(subject, spec, logits, labelled(logits, 2));
            assertArrayEquals(new float[] {0, 1}, result.outcome(), divergence.id());
            for (float gradient : result.dLogits()) {
                assertEquals(0, Math.abs(gradient), divergence.id());
            }
        }
    }

    /** e^-20000 is 0 in double too: the teacher is sure of the last class, the student of the first. */
    @ParameterizedTest
    @MethodSource("engines")
    void logitsOfTenThousandNeitherOverflowNorLoseAClass(Subject subject) {
        for (Divergence divergence : List.of(new SoftTargets(), new Decoupled(1, 1))) {
            DistillationSpec spec = new DistillationSpec(1, 3, divergence, 1, 0);
            Result result = run(subject, spec, new float[] {1e4f, 0, -1e4f}, -1e4f, 0, 1e4f, 0);
            assertArrayEquals(new float[] {2e4f, 0}, result.outcome(), divergence.id());
            for (int c = 0; c < 3; c++) {
                assertEquals(1 - c, result.dLogits()[c] + 0f, divergence.id() + ", class " + c);
            }
        }
    }

    /**
     * The teacher says 0, 1/2, 1/2, the student 1/3 each: KL ln 1.5, gradient 1/3, -1/6, -1/6. Decoupled, with class 0
     * the true one, it is all in the target's part.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void aClassThatTheTeacherRulesOutAddsNothingToTheDivergence(Subject subject) {
        for (Divergence divergence : List.of(new SoftTargets(), new Decoupled(1, 1))) {
            DistillationSpec spec = new DistillationSpec(1, 3, divergence, 1, 0);
            Result result = run(subject, spec, new float[3], Float.NEGATIVE_INFINITY, 0, 0, 0);
            assertRow(Math.log(1.5), 0, new double[] {1.0 / 3, -1.0 / 6, -1.0 / 6}, result);
        }
    }

    /** All logits equal and far from 0: sigma is as small as it gets, the mean as large. */
    @ParameterizedTest
    @MethodSource("engines")
    void standardizedLogitsMayAllBeEqualAndFarFromZero(Subject subject) {
        DistillationSpec spec = new DistillationSpec(1, 3, new Standardized(), 2, 0);
        float[] same = {10_000.1f, 10_000.1f, 10_000.1f};
        assertEquals(0, run(subject, spec, same, labelled(same, 0)).outcome()[0]);
        for (float gradient : run(subject, spec, same, 1, 2, 3, 0).dLogits()) {
            assertTrue(Float.isFinite(gradient), "gradient " + gradient);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aLogitThatIsNotANumberSpreadsOverItsRowAlone(Subject subject) {
        for (Divergence divergence : DIVERGENCES) {
            for (float hardShare : new float[] {0, 0.5f, 1}) {
                DistillationSpec spec = new DistillationSpec(2, 3, divergence, 2, hardShare);
                for (int at = 0; at < 6; at++) {
                    float[] z = {1, 2, 3, 1, 2, 3};
                    float[] targets = {3, 1, 0, 1, 3, 1, 0, 1};
                    (at < 3 ? z : targets)[at % 3] = Float.NaN;
                    Result result = run(subject, spec, z, targets);
                    String where = subject + ", " + spec.id() + ", NaN " + at;
                    assertTrue(Float.isNaN(result.outcome()[0]), where);
                    assertTrue(Float.isFinite(result.outcome()[2]), where);
                    for (int c = 0; c < 6; c++) {
                        assertEquals(c < 3, Float.isNaN(result.dLogits()[c]), where + ", gradient " + c);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aLabelThatIsNoClassHasNoHardPart(Subject subject) {
        DistillationSpec spec = new DistillationSpec(1, 3, new SoftTargets(), 2, 1);
        for (float label : new float[] {-1, 3, 0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
            Result result = run(subject, spec, new float[] {1, 2, 3}, 3, 2, 1, label);
            assertArrayEquals(new float[] {0, 0}, result.outcome());
            assertArrayEquals(new float[3], result.dLogits());
        }
    }
}
