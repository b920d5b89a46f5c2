package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import retort.kernels.check.KernelCheck;

/**
 * The bounds of a batch norm of two channels, one far from 0 and one of nothing but 0: where the errors of the mean
 * weigh, and where only numbers too small to be normal are lost.
 */
class BatchNormBoundsTest {
    private static final double EPS = 0x1p-24;
    private static final double TINY = Float.MIN_NORMAL;
    private static final int ROWS = 4;
    private final float[] x = {1001, 0, 1003, 0, 998, 0, 1006, 0};
    private final float[] all = new float[2 * ROWS];

    private static void assertNear(double expected, double actual) {
        assertEquals(expected, actual, Math.abs(expected) * 1e-7);
    }

    private static double inverse(double variance) {
        return 1 / Math.sqrt(variance + 0.5);
    }

    @Test
    void ofTrainingAreWhatTheErrorsOfTheMeanDo() {
        BatchNormSpec spec = new BatchNormSpec(BatchNormSpec.Pass.TRAINING, ROWS, 2, 0.5f, 0.25f, false);
        float[] each = new float[2];
        double[][] bounds =
                KernelCheck.random(spec, 1).bounds(new float[][] {x, {-2, 0}, {3, 0}, {5, 0}, {7, 0}, all, each, each});

        double ofMean = 2 * 6 * EPS * 1002 + TINY;
        double ofVariance = 8 * 12 * EPS * 8.5 + 2 * ofMean * ofMean;
        double most = inverse(8.5 - ofVariance);
        double ofInverse = most - inverse(8.5) + 8 * EPS * most;
        assertNear(ofMean / 4 + 4 * EPS * (5 + 1002 / 4.0), bounds[3][0]);
        assertNear(ofVariance / 3 + 4 * EPS * (7 + 8.5 / 3), bounds[4][0]);
        assertNear(ofMean + 2 * EPS * 1002, bounds[6][0]);
        assertNear(ofInverse + 2 * EPS * inverse(8.5), bounds[7][0]);
        double[] deviations = {1, 1, 4, 4};
        for (int i = 0; i < ROWS; i++) {
            double h = deviations[i] * inverse(8.5);
            double scaled = (deviations[i] + ofMean) * (inverse(8.5) + ofInverse) * (1 + 8 * EPS) - h;
            assertNear(2 * scaled + 4 * EPS * (2 * h + 3), bounds[5][2 * i]);
            assertNear(2 * TINY, bounds[5][2 * i + 1]);
        }
        assertNear(TINY / 4 + TINY, bounds[3][1]);
        assertNear(4 * TINY / 3 + TINY, bounds[4][1]);
        assertNear(TINY, bounds[6][1]);
        assertNear(10 * EPS * inverse(0), bounds[7][1]);
    }

    @Test
    void ofInferenceAreThoseOfTheSumAlone() {
        BatchNormSpec spec = new BatchNormSpec(BatchNormSpec.Pass.INFERENCE, ROWS, 2, 0.5f, 0.25f, false);
        double[] bounds =
                KernelCheck.random(spec, 1).bounds(new float[][] {x, {-2, 0}, {3, 0}, {1000, 3}, {8.5f, 0.5f}, all})[5];
        assertNear(16 * EPS * (2 * 1 * inverse(8.5) + 3), bounds[0]);
        assertNear(16 * EPS * (2 * 6 * inverse(8.5) + 3), bounds[6]);
        assertNear(4 * TINY * (2 + 3 * (1 + 1)), bounds[7]);
    }

    @Test
    void ofTheGradientAreWhatTheErrorsOfItsSumsDo() {
        BatchNormSpec spec = new BatchNormSpec(BatchNormSpec.Pass.GRADIENT, ROWS, 2, 0.5f, 0.25f, true);
        // Of the first channel the third is cut off, and the other three have 2, -4 and 6 times 1, 1 and 4.
        float[] dY = {2, 0, -4, 0, 8, 0, 6, 0};
        float[] y = {1, 1, 1, 1, 0, 1, 1, 1};
        float[] each = new float[2];
        float[] gamma = {-0.5f, 0.5f};
        double[][] bounds =
                KernelCheck.random(spec, 1).bounds(new float[][] {x, dY, gamma, {1002, 1}, {3, 3}, all, each, each, y});
        double ofBeta = 2 * 6 * EPS * 12;
        double ofGamma = 2 * 12 * EPS * 90;
        assertNear(ofGamma, bounds[6][0]);
        assertNear(ofBeta, bounds[7][0]);
        assertNear(ROWS * TINY * (1 + 3), bounds[6][1]);
        assertNear(TINY, bounds[7][1]);
        double[] g = {2, 4, 0, 6};
        double[] h = {3, 3, 12, 12};
        for (int i = 0; i < ROWS; i++) {
            double terms = g[i] + (12 + ofBeta) / 4 + h[i] * (90 + ofGamma) / 4;
            assertNear(1.5 * ((ofBeta + h[i] * ofGamma) / 4 + 16 * EPS * terms), bounds[5][2 * i]);
            // A deviation of 1 from the mean, h of 3: what the sums may have lost, and four products.
            double lost = (TINY + 3 * 16 * TINY) / 4;
            assertNear(1.5 * lost * (1 + 16 * EPS) + TINY * (4 + 4 * 4), bounds[5][2 * i + 1]);
        }
    }

    @Test
    void nothingIsPromisedWhereSquaresMayOverflow() {
        BatchNormSpec spec = BatchNormSpec.of(BatchNormSpec.Pass.TRAINING, 1, 1);
        float[] one = {1};
        double[][] below =
                KernelCheck.random(spec, 1).bounds(new float[][] {{0x1p62f}, one, one, one, one, one, one, one});
        double[][] beyond =
                KernelCheck.random(spec, 1).bounds(new float[][] {{0x1p64f}, one, one, one, one, one, one, one});
        for (int result : new int[] {3, 4, 5, 6, 7}) {
            assertEquals(Double.POSITIVE_INFINITY, beyond[result][0], "result " + result);
        }
        assertEquals(true, below[6][0] < Double.POSITIVE_INFINITY);
    }
}
