package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.op.CrossEntropySpec.Targets;

/**
 * Gradients of layers that a loss is no piecewise linear function behind, on every engine, against differences of the
 * double model's loss. Of those the error is not bounded but measured, by a second difference over half the distance;
 * {@link GradientTest} has bounds, and the kernels' rounding is held to theirs by tests of their own. What is looked
 * for here is a layer that is put together wrongly, which is off by as much as the gradients are large.
 */
class LayerGradientTest {
    private static final int BATCH = 6;
    private static final long SEED = 20261127;
    private static final int SAMPLE = 40;
    /** So short that hardly a kink lies within; double still has half of its digits then. */
    private static final double H = 0x1p-23;

    /** Half of the digits of float32: of the largest gradient of a parameter, and of all there is, the rest too. */
    private static final double ROUNDING = 0x1p-12;

    private static final double ROUNDING_OF_ALL = 0x1p-20;

    /** A kink between two losses makes a difference useless: of so many elements that happens to few. */
    private static final double USEFUL_SHARE = 0.8;

    private static final List<String> ARCHITECTURES = List.of(
            "input 7; dense 6; sigmoid; dense 5",
            "input 7; dense 6; tanh; dropout 0.4; dense 5",
            "input 7; dense 6; gelu; dense 6; silu; dense 5",
            "input 7x6x3; conv2d 5 3x3; relu; max-pool2d 2x2; flatten; dense 5",
            "input 7x7x3; conv2d 9 3x3 stride 1 padding 1; relu; max-pool2d 3x3 stride 2 padding 1; flatten; dense 5",
            "input 7x7x3; conv2d 9 3x3; tanh; average-pool2d 3x2 stride 2 padding 1; conv2d 5 2x2; relu; "
                    + "flatten; dense 5",
            "input 5x6x2; conv2d 9 3x3; relu; global-average-pool2d; dense 5",
            "input 5x5x3; depthwise-conv2d 3x3 stride 1 padding 1; silu; conv2d 9 1x1; gelu; "
                    + "global-average-pool2d; dense 5",
            "input 5x5x4; conv2d 4 1x1; relu; residual [conv2d 4 3x3 stride 1 padding 1, relu, dropout 0.3, "
                    + "conv2d 4 3x3 stride 1 padding 1]; relu; global-average-pool2d; dense 5",
            "input 6x6x3; residual [conv2d 5 3x3 stride 2 padding 1, relu, conv2d 5 3x3 stride 1 padding 1] "
                    + "shortcut [conv2d 5 1x1 stride 2 padding 0]; relu; flatten; dense 5",
            "input 7; batchnorm; dense 6; batchnorm; relu; dense 5",
            "input 7; dense 6; relu; batchnorm momentum 0.5 epsilon 0.01; dropout 0.4; batchnorm; relu; dropout 0.2; "
                    + "dense 5",
            "input 7x6x3; conv2d 9 3x3 no-bias; batchnorm; relu; conv2d 4 3x3 stride 1 padding 1; relu; flatten; "
                    + "dense 5",
            "input 7x6x3; conv2d 4 3x3 no-bias; relu; max-pool2d 2x2; batchnorm; relu; flatten; dense 5",
            "input 5x5x3; depthwise-conv2d 3x3 stride 1 padding 1; batchnorm; relu; conv2d 16 1x1 no-bias; "
                    + "batchnorm; gelu; global-average-pool2d; dense 5",
            "input 6x6x3; conv2d 4 3x3 stride 1 padding 1 no-bias; batchnorm; relu; "
                    + "residual [conv2d 4 3x3 stride 1 padding 1 no-bias, batchnorm, relu, "
                    + "conv2d 4 3x3 stride 1 padding 1 no-bias, batchnorm]; relu; "
                    + "residual [conv2d 6 3x3 stride 2 padding 1 no-bias, batchnorm, relu, "
                    + "conv2d 6 3x3 stride 1 padding 1 no-bias, batchnorm] "
                    + "shortcut [conv2d 6 1x1 stride 2 padding 0 no-bias, batchnorm]; relu; "
                    + "global-average-pool2d; dense 5",
            "input 8; residual [dense 8, tanh]; residual [dense 8, relu]; dense 5",
            "input 8; dense 8; residual [tanh] shortcut [dropout 0.5]; dense 5");

    @TestFactory
    Stream<DynamicTest> gradientsOnEveryEngineEqualDifferences() {
        return ARCHITECTURES.stream()
                .map(text -> GradientTest.Case.of(
                        Architecture.parse(text), new Loss.CrossEntropy(2, Targets.SOFT), BATCH, SEED))
                .map(c -> dynamicTest(c.name(), () -> check(c)));
    }

    /** A derivative, and how far it may be off. */
    private record Slope(int index, double value, double error) {}

    private static void check(GradientTest.Case c) {
        DoubleModel model = new DoubleModel(c.architecture(), c.batch(), c.seed(), GradientTest.STEP);
        Map<String, float[]> parameters = new HashMap<>();
        model.parameters().forEach((name, elements) -> {
            parameters.put(name, c.signed(elements.length));
            System.arraycopy(GradientTest.widened(parameters.get(name)), 0, elements, 0, elements.length);
        });
        float[] x = c.signed(c.batch() * c.architecture().input().size());
        float[] labels = c.labels();
        DoubleLoss loss = DoubleLoss.of(c.loss(), c.batch(), c.classes(), labels);
        Map<String, List<Slope>> expected = new HashMap<>();
        model.parameters().forEach((name, elements) -> {
            List<Slope> slopes = new ArrayList<>();
            for (int i = 0; i < Math.min(SAMPLE, elements.length); i++) {
                int index = elements.length <= SAMPLE ? i : c.random().nextInt(elements.length);
                slopes.add(slope(model, loss, GradientTest.widened(x), elements, index));
            }
            expected.put(name, slopes);
        });
        double largest = expected.values().stream()
                .flatMap(List::stream)
                .mapToDouble(slope -> Math.abs(slope.value()))
                .max()
                .orElseThrow();
        for (Subject subject : EnginesUnderTest.all()) {
            Map<String, float[]> gradients = GradientTest.gradients(subject.backend(), c, parameters, x, labels);
            assertEquals(parameters.keySet(), gradients.keySet());
            gradients.forEach((name, gradient) ->
                    compare(subject + ", " + c.name() + ": " + name, gradient, expected.get(name), largest));
        }
    }

    private static Slope slope(DoubleModel model, DoubleLoss loss, double[] x, double[] elements, int index) {
        double far = difference(model, loss, x, elements, index, H);
        double near = difference(model, loss, x, elements, index, H / 2);
        return new Slope(index, near, Math.abs(near - far));
    }

    private static double difference(
            DoubleModel model, DoubleLoss loss, double[] x, double[] elements, int index, double h) {
        double element = elements[index];
        elements[index] = element + h;
        double above = loss.of(model.forward(x).getLast());
        elements[index] = element - h;
        double below = loss.of(model.forward(x).getLast());
        elements[index] = element;
        return (above - below) / (2 * h);
    }

    private static void compare(String where, float[] gradient, List<Slope> expected, double largestOfAll) {
        double largest = expected.stream()
                .mapToDouble(slope -> Math.abs(slope.value()))
                .max()
                .orElseThrow();
        double rounding = ROUNDING * largest + ROUNDING_OF_ALL * largestOfAll;
        int useful = 0;
        for (Slope slope : expected) {
            useful += slope.error() <= Math.max(rounding, Math.sqrt(ROUNDING) * largest) ? 1 : 0;
            double error = Math.abs(gradient[slope.index()] - slope.value());
            assertTrue(
                    error <= slope.error() + rounding,
                    where + "[" + slope.index() + "] is " + gradient[slope.index()] + ", expected " + slope.value()
                            + " within " + (slope.error() + rounding));
        }
        assertTrue(useful >= USEFUL_SHARE * expected.size(), where + ": differences are too far off to tell");
    }
}
