package retort.nn;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.Backend;
import retort.kernels.CrossEntropySpec;
import retort.kernels.CrossEntropySpec.Targets;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.CentralDifferences.Quotient;

/** Every layer's gradients on every engine, alone and fused, against central differences in double. */
class GradientTest {
    private static final int BATCH = 5;
    private static final long SEED = 20261123;
    private static final long STEP = (3L << 32) + 5;

    private static final List<String> ARCHITECTURES = List.of(
            "input 7; dense 5",
            "input 13; dense 17; relu; dense 5",
            "input 13; dense 17; relu; dropout 0.5; dense 9; relu; dropout 0.3; dense 5",
            "input 12; dense 9; dense 6",
            "input 6x5x2; conv2d 4 3x3; relu; flatten; dense 5",
            "input 7x6x3; conv2d 4 3x2 stride 2 padding 1; relu; flatten; dense 5",
            "input 8x9x1; conv2d 17 2x3 stride 3 padding 0; relu; flatten; dense 5",
            "input 5x5x2; conv2d 5 3x3 stride 1 padding 2; flatten; dense 5",
            "input 7x7x2; conv2d 3 3x3; relu; dropout 0.3; conv2d 4 3x3 stride 2 padding 1; relu; flatten; dense 5",
            "input 6x6x2; conv2d 3 2x2; conv2d 4 3x3; flatten; dense 5",
            "input 4x4x3; conv2d 6 1x1; relu; dropout 0.25; flatten; dense 9; relu; dropout 0.5; dense 5",
            "input 6x5x2; relu; dropout 0.4; conv2d 4 3x3; relu; flatten; dense 5",
            "input 12; dropout 0.5; dense 9; dropout 0.5; dense 5",
            "input 12; dense 9; dropout 0.5; relu; dense 5",
            "input 12; dense 9; relu; relu; dense 5; relu",
            "input 12; dense 9; relu; dropout 0.5; dropout 0.25; dense 5; relu; dropout 0.25",
            "input 4x3x2; conv2d 4 2x2; flatten; relu; dropout 0.5; dense 5",
            "input 12; dense 9; relu; flatten; dropout 0.5; flatten; dense 5; dropout 0.25");

    /** A network with parameters, a batch and targets, all drawn from a seed. */
    private record Case(Architecture architecture, CrossEntropySpec spec, SplittableRandom random) {
        static Case of(String text, float temperature, Targets targets) {
            Architecture architecture = Architecture.parse(text);
            int classes = architecture.output().size();
            return new Case(
                    architecture,
                    new CrossEntropySpec(BATCH, classes, temperature, targets),
                    new SplittableRandom(SEED));
        }

        String name() {
            return spec.id() + ", " + architecture.text();
        }

        float[] signed(int size) {
            float[] elements = new float[size];
            for (int e = 0; e < size; e++) {
                elements[e] = (float) random.nextDouble(-1, 1);
            }
            return elements;
        }

        /** Class indices with a -1 for no class, or rows of probabilities. */
        float[] labels() {
            float[] labels = new float[spec.targetsShape().size()];
            for (int i = 0; i < BATCH; i++) {
                if (spec.targets() == Targets.HARD) {
                    labels[i] = i == 1 ? -1 : random.nextInt(spec.classes());
                    continue;
                }
                float rest = 1;
                for (int c = 0; c < spec.classes(); c++) {
                    float share = c + 1 == spec.classes() ? rest : (float) (rest * random.nextDouble());
                    labels[i * spec.classes() + c] = share;
                    rest -= share;
                }
            }
            return labels;
        }
    }

    @TestFactory
    Stream<DynamicTest> gradientsOnEveryEngineEqualCentralDifferences() {
        return ARCHITECTURES.stream()
                .flatMap(text -> Stream.of(1f, 3.5f)
                        .flatMap(temperature ->
                                Stream.of(Targets.values()).map(targets -> Case.of(text, temperature, targets))))
                .map(c -> dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(Case c) {
        DoubleModel model = new DoubleModel(c.architecture(), BATCH, SEED, STEP);
        Map<String, float[]> parameters = new HashMap<>();
        model.parameters().forEach((name, elements) -> {
            parameters.put(name, c.signed(elements.length));
            System.arraycopy(widened(parameters.get(name)), 0, elements, 0, elements.length);
        });
        float[] x = c.signed(BATCH * c.architecture().input().size());
        DoubleLoss loss = new DoubleLoss(c.spec(), c.labels());
        List<double[]> values = model.forward(widened(x));
        RoundingBounds rounding = new RoundingBounds(model, values, loss);
        CentralDifferences differences = new CentralDifferences(model, loss, widened(x), values, rounding);
        Map<String, List<Quotient>> expected = new HashMap<>();
        parameters.keySet().forEach(name -> expected.put(name, differences.of(name, c.random())));
        for (Subject subject : EnginesUnderTest.all()) {
            Map<String, float[]> gradients = gradients(subject.backend(), c, parameters, x, loss.labels());
            if (!gradients.keySet().equals(parameters.keySet())) {
                throw new AssertionError(subject + ", " + c.name() + ": gradients of " + gradients.keySet()
                        + ", expected " + parameters.keySet());
            }
            gradients.forEach(
                    (name, gradient) -> compare(subject, c, name, gradient, expected.get(name), rounding.of(name)));
        }
    }

    private static Map<String, float[]> gradients(
            Backend backend, Case c, Map<String, float[]> parameters, float[] x, float[] labels) {
        try (Sequential model = Sequential.create(backend, c.architecture(), Initializer.GLOROT_UNIFORM, SEED);
                Scope scope = backend.scope()) {
            for (Parameter parameter : model.parameters()) {
                backend.upload(parameters.get(parameter.name()), parameter.value());
            }
            Sequential.Tape tape = model.forward(scope, scope.tensorOf(model.batchShape(BATCH), x), SEED, STEP);
            Tensor dLogits = scope.tensor(c.spec().logitsShape());
            backend.crossEntropy(
                    c.spec(),
                    tape.output(),
                    scope.tensorOf(c.spec().targetsShape(), labels),
                    dLogits,
                    scope.tensor(c.spec().outcomeShape()));
            CollectedGradients sink = new CollectedGradients(backend, scope);
            model.backward(tape, dLogits, sink);
            return sink.byName();
        }
    }

    private static void compare(
            Subject subject, Case c, String name, float[] gradient, List<Quotient> expected, double[] rounding) {
        for (Quotient quotient : expected) {
            double error = Math.abs(gradient[quotient.index()] - quotient.value());
            double bound = rounding[quotient.index()] + quotient.bound();
            if (!(error <= bound)) {
                throw new AssertionError(String.format(
                        "%s, %s, seed %d: gradient of %s[%d] is %s, expected %s; error %.3g, bound %.3g",
                        subject,
                        c.name(),
                        SEED,
                        name,
                        quotient.index(),
                        gradient[quotient.index()],
                        quotient.value(),
                        error,
                        bound));
            }
        }
    }

    private static double[] widened(float[] elements) {
        double[] wide = new double[elements.length];
        for (int e = 0; e < wide.length; e++) {
            wide[e] = elements[e];
        }
        return wide;
    }
}
