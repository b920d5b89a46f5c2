package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.CrossEntropySpec.Targets;

/**
 * The bounds are those that the specs' documentation states, worked out by hand here: a wider one would let wrong
 * kernels pass every other test.
 */
class SpecBoundsTest {
    private static final double EPS = 0x1p-24;
    /** Sums are added up in float32, by the reference. */
    private static final double ROUNDING = 1e-6;

    private final float[] logits = {3, -5, 1, 0, 2, 2, -1, 4};
    private static final int CLASSES = 4;

    /** Of every operand, its elements alternating between the two numbers. */
    private static double[][] bounds(Spec spec, float[]... elements) {
        return KernelCheck.random(spec, 1).bounds(elements);
    }

    private static float[] filled(Shape shape, float even, float odd) {
        float[] elements = new float[shape.size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = e % 2 == 0 ? even : odd;
        }
        return elements;
    }

    private static void assertAll(double expected, double[] bounds) {
        for (double bound : bounds) {
            assertEquals(expected, bound, expected * ROUNDING);
        }
    }

    private static double squared(double x) {
        return x * x;
    }

    @Test
    void ofAProductGrowsWithItsTermsAndWithWhatIsAddedUp() {
        GemmSpec spec = GemmSpec.nn(2, 3, 4).scaled(-2, 3);
        float[] a = filled(spec.aShape(), -1, 1);
        float[] b = filled(spec.bShape(), 2, -2);
        float[] c = filled(spec.cShape(), -3, 3);
        double sum = 2 * 4 * 2 + 3 * 3;
        double[][] plain = bounds(spec, a, b, c);
        assertAll(0, plain[0]);
        assertAll(0, plain[1]);
        assertAll(2 * 6 * EPS * sum, plain[2]);

        float[] bias = {-5, 5, -5};
        double[][] fused = bounds(spec.with(Epilogue.biasReluDropout(0.75f)), a, b, c, bias);
        assertAll((2 * 6 * EPS * sum + 2 * 2 * EPS * (sum + 5)) * 4, fused[2]);
        assertAll(0, fused[3]);
    }

    @Test
    void ofAConvolutionGrowsWithWhatEachElementIsSummedOf() {
        Conv2dSpec forward = Conv2dSpec.forward(2, 3, 4, 2).filters(2, 3, 5);
        float[] x = filled(forward.xShape(), -1, 1);
        float[] filter = filled(forward.filterShape(), 2, -2);
        float[] y = filled(forward.yShape(), -3, 3);
        assertAll(2 * (12 + 2) * EPS * 12 * 2, bounds(forward, x, filter, y)[2]);

        // The pixel in row 1, column 1 lies under the windows of both rows and of two columns.
        double[] dX = bounds(forward.as(Conv2dSpec.Pass.INPUT_GRADIENT), x, filter, y)[0];
        assertEquals(2 * (30 + 2) * EPS * 2 * 2 * 5 * 6, dX[(4 + 1) * 2], 1e-9);
        assertAll(0, bounds(forward.as(Conv2dSpec.Pass.INPUT_GRADIENT), x, filter, y)[1]);

        double[] dF = bounds(forward.as(Conv2dSpec.Pass.FILTER_GRADIENT), x, filter, y)[1];
        assertAll(2 * (2 * 2 * 2 + 2) * EPS * 2 * 2 * 2 * 3, dF);
        assertEquals(
                forward.filterShape(),
                forward.as(Conv2dSpec.Pass.FILTER_GRADIENT).resultShape());
    }

    @Test
    void ofADepthwiseConvolutionGrowsWithOneChannelAlone() {
        DepthwiseConv2dSpec forward = DepthwiseConv2dSpec.forward(2, 3, 4, 5, 2);
        float[] x = filled(forward.xShape(), -1, 1);
        float[] filter = filled(forward.filterShape(), 2, -2);
        float[] y = filled(forward.yShape(), -3, 3);
        float[] bias = {1, -1, 1, -1, 1};
        assertAll(2 * (4 + 2) * EPS * 8 + 2 * EPS * 9, bounds(forward.with(Epilogue.BIAS), x, filter, y, bias)[2]);
        double[] dX = bounds(forward.as(Conv2dSpec.Pass.INPUT_GRADIENT), x, filter, y)[0];
        assertEquals(2 * (4 + 2) * EPS * 4 * 6, dX[(4 + 1) * 5], 1e-9);
        double[] dF = bounds(forward.as(Conv2dSpec.Pass.FILTER_GRADIENT), x, filter, y)[1];
        assertAll(2 * (2 * 2 * 3 + 2) * EPS * 12 * 3, dF);
    }

    @Test
    void ofAPoolsGradientGrowsWithTheWindowsOverAnElement() {
        Pool2dSpec pool = new Pool2dSpec(Pool2dSpec.Kind.MAX, Pass.GRADIENT, 1, 5, 4, 1, 3, 2, 2, 0);
        assertEquals(2, pool.windows());
        // Equal pixels: the first of each window is its largest.
        float[] x = filled(pool.xShape(), 1, 1);
        double[] dX = bounds(pool, x, filled(pool.yShape(), -7, 7), filled(pool.xShape(), 0, 0))[2];
        assertEquals(2 * EPS * 7, dX[0], 1e-12);
        assertEquals(0, dX[1]);
        assertAll(0, bounds(pool.as(Pass.FORWARD), x, filled(pool.yShape(), 0, 0))[1]);
    }

    @Test
    void ofAMeanGrowsWithItsPixelsAndOfItsGradientWithTheWindows() {
        Pool2dSpec pool = Pool2dSpec.average(1, 4, 4, 1, 2).stepped(1, 0);
        double[] y = bounds(pool, filled(pool.xShape(), -3, 3), filled(pool.yShape(), 0, 0))[1];
        assertAll(2 * (4 + 2) * EPS * 3, y);
        float[] dY = filled(pool.yShape(), -7, 7);
        double[] dX = bounds(pool.as(Pass.GRADIENT), dY, filled(pool.xShape(), 0, 0))[1];
        assertEquals(2 * (4 + 2) * EPS * 7 / 4, dX[0], 1e-12);
        assertEquals(2 * (4 + 2) * EPS * 7, dX[5], 1e-12);
    }

    @Test
    void ofALogSoftmaxIsAbsolute() {
        SoftmaxSpec spec = new SoftmaxSpec(2, CLASSES, 2, true);
        double[] bounds = bounds(spec, logits, new float[8])[1];
        double sum = Math.exp(1.5) + Math.exp(-2.5) + Math.exp(0.5) + 1;
        double expected = softmax(5, 2) + 8 * EPS * Math.abs(-2.5 - Math.log(sum));
        assertEquals(expected, bounds[1], expected * ROUNDING);
    }

    @Test
    void ofAnActivationIsRelativeToItsResultOrItsArgument() {
        float[] x = {3, -100};
        double sigmoid = 1 / (1 + Math.exp(-3));
        double[] plain = bounds(ActivationSpec.forward(ActivationSpec.Kind.SIGMOID, 2), x, new float[2])[1];
        assertEquals(16 * EPS * sigmoid, plain[0], 16 * EPS * ROUNDING);
        assertEquals(101 * Float.MIN_NORMAL, plain[1], Float.MIN_NORMAL);
        double[] gelu = bounds(ActivationSpec.forward(ActivationSpec.Kind.GELU, 2), x, new float[2])[1];
        assertEquals(16 * EPS * 3, gelu[0], 16 * EPS * ROUNDING);
        float[] dY = {-2, 2};
        ActivationSpec silu = ActivationSpec.gradient(ActivationSpec.Kind.SILU, 2);
        assertAll(16 * EPS * 2 * 2, bounds(silu, x, dY, new float[2])[2]);
        ActivationSpec tanh = ActivationSpec.gradient(ActivationSpec.Kind.TANH, 2);
        double[] byResult = bounds(tanh, x, dY, new float[2])[2];
        assertEquals(16 * EPS * 2 * 9, byResult[0], 16 * EPS * ROUNDING);
    }

    @Test
    void ofASoftmaxIsRelativeToTheProbability() {
        double[][] bounds = bounds(new SoftmaxSpec(2, CLASSES, 2), logits, new float[8]);
        for (int row = 0; row < 2; row++) {
            double relative = softmax(row == 0 ? 5 : 4, 2);
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                sum += Math.exp(logits[row * CLASSES + c] / 2);
            }
            for (int e = row * CLASSES; e < (row + 1) * CLASSES; e++) {
                double expected = relative * Math.exp(logits[e] / 2) / sum + Float.MIN_NORMAL;
                assertEquals(expected, bounds[1][e], expected * ROUNDING);
            }
        }
        // The least probability still has the smallest normal number.
        double least = bounds(new SoftmaxSpec(1, 2, 1), new float[] {0, -1000}, new float[2])[1][1];
        assertEquals(Float.MIN_NORMAL, least);
    }

    /** R(T). */
    private static double softmax(double largest, double temperature) {
        return (CLASSES + 8 + 4 * largest / temperature) * 2 * EPS;
    }

    @Test
    void ofCrossEntropyIsThatOfItsSoftmaxAndItsTargets() {
        float[] soft = {0.5f, 0.25f, 0.25f, 0, 1, 0, 0, 0};
        double[] p = bounds(new SoftmaxSpec(2, CLASSES, 2), logits, new float[8])[1];
        for (Targets targets : Targets.values()) {
            float[] t = targets == Targets.HARD ? new float[] {1, 2} : soft;
            double[][] bounds =
                    bounds(new CrossEntropySpec(2, CLASSES, 2, targets), logits, t, new float[8], new float[4]);
            for (int e = 0; e < 8; e++) {
                double target = targets == Targets.HARD ? 1 : soft[e];
                double expected = (p[e] * (1 + 8 * EPS) + 8 * EPS * (1 + target)) / (2 * 2);
                assertEquals(expected, bounds[2][e], expected * ROUNDING);
            }
            double loss = 2 * softmax(5, 2) + 32 * CLASSES * EPS;
            assertEquals(loss, bounds[3][0], loss * 1e-12);
            assertEquals(2 * softmax(4, 2) + 32 * CLASSES * EPS, bounds[3][2], loss * 1e-12);
            assertEquals(0, bounds[3][1]);
        }
    }

    @Test
    void ofDistillationIsWhatItsTableSays() {
        float[] targets = {1, -6, 0, 2, 3, 2, 1, 2, 1, 0};
        double t = 2;
        double loss = 3 * t * t * softmax(6, t) * (1 + 2 * 6 / t + Math.log(CLASSES));
        double gradient = 3 * t * softmax(6, t);
        assertDistillation(new Divergence.SoftTargets(), targets, loss, gradient);
        assertDistillation(new Divergence.Decoupled(1, 8), targets, 9 * loss, 9 * gradient);
        assertDistillation(new Divergence.LogitError(), targets, (CLASSES + 8) * 36 * 2 * EPS, 6 * 8 * EPS / CLASSES);

        double range = (CLASSES + 12) * Math.sqrt(CLASSES) / 4;
        // Of 3, -5, 1, 0: mean -1/4, mean of squares 35/4.
        double sigma = Math.sqrt(35.0 / 4 - squared(0.25) + 1e-6f);
        assertDistillation(
                new Divergence.Standardized(),
                targets,
                3 * t * t * softmax(range, t) * (1 + 2 * range / t + Math.log(CLASSES)),
                12 * t * softmax(range, t) / sigma);
    }

    /** Of the first of two rows, with a quarter of the loss on labels. */
    private void assertDistillation(Divergence divergence, float[] targets, double loss, double gradient) {
        double[][] bounds = bounds(
                new DistillationSpec(2, CLASSES, divergence, 2, 0.25f), logits, targets, new float[8], new float[4]);
        double hard = 2 * 0.25 * softmax(6, 1);
        double expectedLoss = hard * (1 + 2 * 6 + Math.log(CLASSES)) + 0.75 * loss;
        assertEquals(expectedLoss, bounds[3][0], expectedLoss * 1e-9, divergence.id());
        assertEquals(0, bounds[3][1]);
        assertAll((hard + 0.75 * gradient) / 2, Arrays.copyOf(bounds[2], CLASSES));
        assertAll(0, bounds[0]);
        assertAll(0, bounds[1]);
    }

    @Test
    void ofAnOptimisersStepGrowsWithTheErrorOfItsGradient() {
        AdamSpec adam = new AdamSpec(1, 0.5f, 0.75f, 0.5f, 0.25f);
        float[][] elements = {{-2}, {-3}, {4}, {5}};
        double gradientError = 0.125;
        double m = 0.75 * 4 + 0.25 * 3;
        double v = 0.5 * 5 + 0.5 * 9;
        double mError = 0.25 * gradientError + 4 * EPS * m;
        double vError = 0.5 * gradientError * (2 * 3 + gradientError) + 4 * EPS * v;
        double step = 0.5 * Math.sqrt(1 - squared(0.5)) / (1 - squared(0.75));
        double divisor = Math.sqrt(v) + 0.25;
        double change = step * m / divisor;
        double changeError =
                step * (mError / divisor + m * vError / (2 * Math.sqrt(v) * squared(divisor))) + 8 * EPS * change;
        double[][] bounds = adam.bounds(elements, new double[] {gradientError}, Scalars.step(2));
        assertAll(1.01 * changeError + 2 * EPS * (2 + change), bounds[0]);
        assertAll(0, bounds[1]);
        assertAll(1.01 * mError, bounds[2]);
        assertAll(1.01 * vError, bounds[3]);
        // A gradient whose square may overflow gives any v.
        float[][] large = {{-2}, {1}, {4}, {5}};
        assertEquals(Double.POSITIVE_INFINITY, adam.bounds(large, new double[] {1e20}, Scalars.step(2))[3][0]);
        // What the roundings alone may do.
        double[][] exact = adam.bounds(elements, new double[] {0}, Scalars.step(2));
        assertAll(1.01 * 4 * EPS * m, exact[2]);

        SgdSpec sgd = new SgdSpec(1, 0.5f, 0.25f);
        double terms = 0.25 * 4 + 0.5 * 3;
        double velocity = 3 * EPS * terms + 1.01 * 0.5 * gradientError;
        double[][] ofSgd = sgd.bounds(new float[][] {{-2}, {-3}, {4}}, new double[] {gradientError}, Scalars.NONE);
        assertAll(velocity, ofSgd[2]);
        assertAll(velocity + 2 * EPS * (2 + terms), ofSgd[0]);
        assertAll(0, ofSgd[1]);
        double[][] roundings = sgd.bounds(new float[][] {{-2}, {-3}, {4}}, new double[] {0}, Scalars.NONE);
        assertAll(3 * EPS * terms + 2 * EPS * (2 + terms), roundings[0]);
    }

    @Test
    void ofAStepThatDecaysWeightsAndLooksAheadGrowWithThose() {
        double gradientError = 0.125;
        // A penalty of 2 takes -4 from the gradient of -3; of w all is left.
        SgdSpec sgd = new SgdSpec(1, 0.5f, 0.25f, true, WeightDecay.penalty(2));
        double g = 3 + 2 * 2;
        double gError = gradientError + 2 * EPS * g;
        double terms = 0.25 * 4 + 0.5 * g;
        double velocity = 3 * EPS * terms + 1.01 * 0.5 * gError;
        double change = 0.25 * terms + 0.5 * g;
        double changeError = 3 * EPS * change + 1.01 * (0.25 * velocity + 0.5 * gError);
        double[][] ofSgd = sgd.bounds(new float[][] {{-2}, {-3}, {4}}, new double[] {gradientError}, Scalars.NONE);
        assertAll(velocity, ofSgd[2]);
        assertAll(changeError + 3 * EPS * (2 + change), ofSgd[0]);
        AdamSpec adam = new AdamSpec(1, 0.5f, 0.75f, 0.5f, 0.25f, WeightDecay.penalty(2));
        double[][] ofAdam =
                adam.bounds(new float[][] {{-2}, {-3}, {4}, {5}}, new double[] {gradientError}, Scalars.step(2));
        assertAll(1.01 * (0.25 * gError + 4 * EPS * (0.75 * 4 + 0.25 * g)), ofAdam[2]);
        assertAll(1.01 * (0.5 * gError * (2 * g + gError) + 4 * EPS * (0.5 * 5 + 0.5 * g * g)), ofAdam[3]);
    }

    @Test
    void ofABiassBackwardPassAreThoseOfItsSumsAndItsStep() {
        SgdSpec sgd = new SgdSpec(3, 0.5f, 0.25f);
        BiasBackwardSpec spec = new BiasBackwardSpec(4, 3, sgd);
        float[] dY = filled(Shape.of(4, 3), -3, 3);
        float[] b = filled(Shape.of(3), 2, -2);
        float[] velocity = filled(Shape.of(3), 1, -1);
        double[][] bounds = bounds(spec, dY, b, velocity);
        double[] sums = bounds(spec.sums(), dY, new float[3])[1];
        assertEquals(4 * EPS * 12, sums[0], EPS);
        // A column of dY is -3, 3, -3, 3 or the other way round: the gradient is 0.
        double[][] step = sgd.bounds(new float[][] {b, new float[3], velocity}, sums, Scalars.NONE);
        for (int e = 0; e < 3; e++) {
            assertEquals(step[0][e], bounds[1][e], step[0][e] * ROUNDING);
            assertEquals(step[2][e], bounds[2][e], step[2][e] * ROUNDING);
        }
        assertAll(0, bounds[0]);
        assertThrows(IllegalArgumentException.class, () -> new BiasBackwardSpec(4, 2, sgd));
    }

    @Test
    void ofADenseLayersBackwardPassAreThoseOfItsProductsAndItsStep() {
        SgdSpec sgd = new SgdSpec(6, 0.5f, 0.25f);
        DenseBackwardSpec spec = DenseBackwardSpec.of(4, 2, 3, sgd).withInputGradient(Epilogue.gate(0.5f));
        float[] x = filled(Shape.of(4, 2), 1, 2);
        float[] dY = filled(Shape.of(4, 3), -3, 3);
        float[] w = filled(Shape.of(2, 3), 2, -2);
        float[] velocity = filled(Shape.of(2, 3), 1, -1);
        double[][] bounds = bounds(spec, x, dY, w, velocity, new float[8]);
        double[][] product = bounds(spec.weightProduct(), x, dY, new float[6]);
        // A column of dY is -3, 3, -3, 3 or the other way round, and x the same for each row: the gradient is 0.
        double[][] step = sgd.bounds(new float[][] {w, new float[6], velocity}, product[2], Scalars.NONE);
        for (int e = 0; e < 6; e++) {
            assertEquals(step[0][e], bounds[2][e], step[0][e] * ROUNDING);
            assertEquals(step[2][e], bounds[3][e], step[2][e] * ROUNDING);
        }
        double[] dX = bounds(spec.inputProduct(), dY, w, new float[8], x)[2];
        for (int e = 0; e < 8; e++) {
            assertEquals(dX[e], bounds[4][e], dX[e] * ROUNDING);
        }
        assertAll(0, bounds[0]);
        assertAll(0, bounds[1]);
    }

    /** Of a channel of 2, 4, 2, 4: mean 3, variance 1; epsilon 3 makes the deviation 2. */
    @Test
    void ofABatchNormAreWhatTheErrorsOfMeanAndVarianceDo() {
        BatchNormSpec spec = new BatchNormSpec(BatchNormSpec.Pass.TRAINING, 4, 1, 3, 0.25f, false);
        float[] x = filled(Shape.of(4), 2, 4);
        double[][] bounds =
                bounds(spec, x, new float[] {-6}, new float[] {5}, new float[] {7}, new float[] {9}, x, x, x);
        double ofMean = 2 * (4 + 2) * EPS * 3;
        double ofVariance = 8 * (4 + 8) * EPS;
        // The derivative of (v + 3)^(-1/2) at 1 is -1/16.
        double ofInverse = ofVariance / 16 + 8 * EPS / 2;
        double near = 1e-4;
        assertEquals(ofMean + 2 * EPS * 3, bounds[6][0], near * ofMean);
        assertEquals(ofInverse + 2 * EPS / 2, bounds[7][0], near * ofInverse);
        assertEquals(ofMean / 4 + 4 * EPS * (7 + 3 / 4.0), bounds[3][0], near * ofMean);
        assertEquals(ofVariance / 3 + 4 * EPS * (9 + 1 / 3.0), bounds[4][0], near * ofVariance);
        double ofY = 6 * (ofInverse + ofMean / 2 + 8 * EPS / 2) + 4 * EPS * (3 + 5);
        for (double bound : bounds[5]) {
            assertEquals(ofY, bound, near * ofY);
        }
        BatchNormSpec inference = new BatchNormSpec(BatchNormSpec.Pass.INFERENCE, 4, 1, 3, 0.25f, false);
        double[][] ofInference =
                bounds(inference, x, new float[] {-6}, new float[] {5}, new float[] {3}, new float[] {1}, x);
        assertAll(16 * EPS * (3 + 5), ofInference[5]);
        float[] large = {1e19f, -1e19f, 0, 0};
        double[][] none =
                bounds(spec, large, new float[] {1}, new float[] {0}, new float[] {0}, new float[] {0}, x, x, x);
        assertEquals(Double.POSITIVE_INFINITY, none[7][0]);
    }

    /** Deviations of 1 from the mean and an inverse of 1/2: every h is 1/2 or -1/2. */
    @Test
    void ofABatchNormsGradientGrowWithItsSums() {
        BatchNormSpec spec = BatchNormSpec.of(BatchNormSpec.Pass.GRADIENT, 4, 1);
        float[] x = filled(Shape.of(4), 2, 4);
        float[] dY = {1, -2, 3, 2};
        float[] one = {0};
        double[][] bounds = bounds(spec, x, dY, new float[] {-6}, new float[] {3}, new float[] {0.5f}, x, one, one);
        double ofBeta = 2 * (4 + 2) * EPS * 8;
        double ofGamma = 2 * (4 + 8) * EPS * 4;
        assertEquals(ofGamma, bounds[6][0], 1e-4 * ofGamma);
        assertEquals(ofBeta, bounds[7][0], 1e-4 * ofBeta);
        for (int e = 0; e < 4; e++) {
            double roundings = 16 * EPS * (Math.abs(dY[e]) + 2 + 0.5);
            double error = 3 * ((ofBeta + ofGamma / 2) / 4 + roundings);
            assertEquals(error, bounds[5][e], 1e-4 * error);
        }
        double[][] passed = bounds(
                spec.withRelu(),
                x,
                dY,
                new float[] {-6},
                new float[] {3},
                new float[] {0.5f},
                x,
                one,
                one,
                new float[] {1, 0, 0, 1});
        assertEquals(ofBeta * 3 / 8, passed[7][0], 1e-4 * ofBeta);
    }

    @Test
    void ofAColumnsNormGrowsWithItsRows() {
        float[] w = {-3, 5};
        assertEquals(
                List.of((2 + 8) * EPS * 3, (2 + 8) * EPS * 5),
                Arrays.stream(bounds(new MaxNormSpec(2, 1, 1), w)[0]).boxed().toList());
    }
}
