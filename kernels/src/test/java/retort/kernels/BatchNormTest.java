package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.BatchNormSpec.Pass;

class BatchNormTest {
    private static final float NEAR = 1e-6f;
    private static final float NAN = Float.NaN;

    /** So small that a deviation of 1 stays 1. */
    private static final float EPSILON = 1e-12f;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static BatchNormSpec spec(Pass pass, int rows, int channels) {
        return new BatchNormSpec(pass, rows, channels, EPSILON, 0.25f, false);
    }

    /** Gamma 2, beta 5, and running statistics of 8. */
    private static float[][] training(Subject subject, BatchNormSpec spec, float... x) {
        return KernelCheck.random(spec, 1).run(subject.backend(), inputs(spec, x));
    }

    private static float[][] inputs(BatchNormSpec spec, float... x) {
        int channels = spec.channels();
        return new float[][] {
            x,
            filled(channels, 2),
            filled(channels, 5),
            filled(channels, 8),
            filled(channels, 8),
            new float[x.length],
            new float[channels],
            new float[channels]
        };
    }

    private static float[] filled(int count, float value) {
        float[] elements = new float[count];
        java.util.Arrays.fill(elements, value);
        return elements;
    }

    /** One channel is 1, 3, 1, 3 and the other -6, 0, -6, 0: means 2 and -3, deviations 1 and 3. */
    @ParameterizedTest
    @MethodSource("engines")
    void aBatchOfTwoChannelsByHand(Subject subject) {
        float[] x = {1, -6, 3, 0, 1, -6, 3, 0};
        float[][] results = training(subject, spec(Pass.TRAINING, 4, 2), x);
        assertArrayEquals(new float[] {3, 3, 7, 7, 3, 3, 7, 7}, results[5], NEAR);
        assertArrayEquals(new float[] {2, -3}, results[6], NEAR);
        assertArrayEquals(new float[] {1, 1 / 3f}, results[7], NEAR);
        // A quarter of the batch's mean, and of its unbiased variance: 4 / 3 of 1 and 9.
        assertArrayEquals(new float[] {6.5f, 5.25f}, results[3], NEAR);
        assertArrayEquals(new float[] {6 + 1 / 3f, 9}, results[4], 4 * NEAR);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theReluBehindItCutsOffAtZero(Subject subject) {
        BatchNormSpec spec = spec(Pass.INFERENCE, 3, 1).withRelu();
        float[][] inputs = {{1, 2, 3}, {4}, {-1}, {2}, {4}, new float[3]};
        float[] y = KernelCheck.random(spec, 1).run(subject.backend(), inputs)[5];
        assertArrayEquals(new float[] {0, 0, 1}, y, NEAR);
    }

    /** A single row deviates by nothing from its mean, and there is no unbiased variance of it: the biased one is 0. */
    @ParameterizedTest
    @MethodSource("engines")
    void ofASingleRowBetaIsLeft(Subject subject) {
        float[][] results = training(subject, spec(Pass.TRAINING, 1, 3), 1, -2, 1e6f);
        assertArrayEquals(new float[] {5, 5, 5}, results[5]);
        assertArrayEquals(new float[] {6, 6, 6}, results[4], NEAR);
    }

    /** Where squares of x would leave no digit of the variance. */
    @ParameterizedTest
    @MethodSource("engines")
    void aMeanThatIsLargeBesideItsDeviationCostsNoDigits(Subject subject) {
        int rows = 40_000;
        float[] x = new float[rows * 3];
        for (int e = 0; e < x.length; e++) {
            x[e] = 1 << 20 | (e / 3 % 2 == 0 ? 1 : 3);
        }
        float[][] results = training(subject, spec(Pass.TRAINING, rows, 3), x);
        assertArrayEquals(filled(3, (1 << 20) + 2), results[6]);
        assertArrayEquals(filled(3, 1), results[7], 4 * NEAR);
    }

    /** The first image is black: sums of deviations from it alone would be large. */
    @ParameterizedTest
    @MethodSource("engines")
    void rowsUnlikeTheFirstOnesCostNoDigits(Subject subject) {
        int rows = 60_000;
        float[] x = new float[rows * 2];
        for (int e = 64 * 64 * 2; e < x.length; e++) {
            x[e] = e / 2 % 2 == 0 ? 999 : 1001;
        }
        double share = 1 - 64 * 64 / (double) rows;
        double variance = share + share * (1 - share) * 1e6;
        float[][] results = training(subject, spec(Pass.TRAINING, rows, 2), x);
        assertArrayEquals(
                filled(2, (float) (1 / Math.sqrt(variance))), results[7], (float) (1e-5 / Math.sqrt(variance)));
    }

    /** Deviations from the first row, or from the first chunk's mean, are all larger than the mean by far. */
    @ParameterizedTest
    @MethodSource("engines")
    void firstRowsThatOutweighTheOthersAreWithinTheBound(Subject subject) {
        int channels = 64;
        for (int rows : new int[] {15, 31, 32, 33, 100, 257, 2_000, 10_000}) {
            BatchNormSpec spec = spec(Pass.TRAINING, rows, channels);
            SplittableRandom random = new SplittableRandom(rows);
            float[] x = new float[rows * channels];
            for (int e = 0; e < x.length; e++) {
                x[e] = (float) random.nextDouble(-1, 1) * (e < Math.max(1, rows / 64) * channels ? 10_000 : 1);
            }
            float[][] results = training(subject, spec, x);
            double[] bounds = KernelCheck.random(spec, 1).bounds(inputs(spec, x))[6];
            for (int c = 0; c < channels; c++) {
                double mean = 0;
                for (int i = 0; i < rows; i++) {
                    mean += x[i * channels + c] / (double) rows;
                }
                assertEquals(mean, results[6][c], bounds[c], "mean of " + rows + " rows");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsNoNumberStaysInItsChannel(Subject subject) {
        float[][] results = training(subject, spec(Pass.TRAINING, 2, 2), 1, NAN, 3, 1);
        assertArrayEquals(new float[] {3, NAN, 7, NAN}, results[5], NEAR);
        assertArrayEquals(new float[] {2, NAN}, results[6], NEAR);
    }

    /**
     * x is 1, 3, 1, 3, so h is -1, 1, -1, 1; of g 1, 2, 5, 4 the sums are 12 and 0, and of the second channel's 1, 2,
     * -1, 6 they are 8 and 8.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void gradientsByHand(Subject subject) {
        float[] x = {1, 1, 3, 3, 1, 1, 3, 3};
        float[] dY = {1, 1, 2, 2, 5, -1, 4, 6};
        float[][] inputs = {x, dY, {2, 3}, {2, 2}, {1, 1}, new float[8], new float[2], new float[2]};
        float[][] results = KernelCheck.random(spec(Pass.GRADIENT, 4, 2), 1).run(subject.backend(), inputs);
        assertArrayEquals(new float[] {0, 8}, results[6], NEAR);
        assertArrayEquals(new float[] {12, 8}, results[7], NEAR);
        assertArrayEquals(new float[] {-4, 3, -2, -6, 4, -3, 2, 6}, results[5], 4 * NEAR);
    }

    /** Of 1, 2, 5, 4 the second and third go through a ReLU whose result is 0 elsewhere. */
    @ParameterizedTest
    @MethodSource("engines")
    void gradientsPassWhereTheReluDid(Subject subject) {
        float[][] inputs = {
            {1, 3, 1, 3}, {1, 2, 5, 4}, {2}, {2}, {1}, new float[4], new float[1], new float[1], {0, 7, 1, 0}
        };
        float[][] results =
                KernelCheck.random(spec(Pass.GRADIENT, 4, 1).withRelu(), 1).run(subject.backend(), inputs);
        assertArrayEquals(new float[] {-3}, results[6], NEAR);
        assertArrayEquals(new float[] {7}, results[7], NEAR);
        assertArrayEquals(new float[] {-5, 2, 5, -2}, results[5], 4 * NEAR);
    }

    @Test
    void ratesThatAreNoneAreRefused() {
        assertEquals(
                "batch-norm: momentum must be at most 1, got 1.5",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new BatchNormSpec(Pass.TRAINING, 2, 2, 1e-5f, 1.5f, false))
                        .getMessage());
        assertEquals(
                "batch-norm-inference: epsilon must be positive and finite, got 0.0",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new BatchNormSpec(Pass.INFERENCE, 2, 2, 0, 0.1f, false))
                        .getMessage());
    }
}
