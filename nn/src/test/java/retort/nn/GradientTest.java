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
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Divergence;
import retort.kernels.op.Shape;
import retort.nn.CentralDifferences.Quotient;

/** Every layer's gradients on every engine, alone and fused, against central differences in double. */
class GradientTest {
    private static final int BATCH = 5;
    private static final long SEED = 20261123;
    static final long STEP = (3L << 32) + 5;

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
            "input 7x6x5; depthwise-conv2d 3x2 stride 2 padding 1; relu; flatten; dense 5",
            "input 6x5x3; conv2d 9 2x2; relu; depthwise-conv2d 3x3 stride 1 padding 1; relu; dropout 0.3; "
                    + "conv2d 4 1x1; relu; flatten; dense 5",
            "input 12; dropout 0.5; dense 9; dropout 0.5; dense 5",
            "input 12; dense 9; dropout 0.5; relu; dense 5",
            "input 12; dense 9; relu; relu; dense 5; relu",
            "input 12; dense 9; relu; dropout 0.5; dropout 0.25; dense 5; relu; dropout 0.25",
            "input 4x3x2; conv2d 4 2x2; flatten; relu; dropout 0.5; dense 5",
            "input 12; dense 9; relu; flatten; dropout 0.5; flatten; dense 5; dropout 0.25");

    private static final List<Loss> LOSSES = List.of(
            new Loss.CrossEntropy(1, Targets.HARD),
            new Loss.CrossEntropy(1, Targets.SOFT),
            new Loss.CrossEntropy(3.5f, Targets.HARD),
            new Loss.CrossEntropy(3.5f, Targets.SOFT),
            new Loss.Distillation(new Divergence.SoftTargets(), 3.5f, 0.25f));

    /** A network with parameters, a batch and targets, all drawn from a seed. */
    record Case(Architecture architecture, Loss loss, int batch, long seed, SplittableRandom random) {
        static Case of(Architecture architecture, Loss loss, int batch, long seed) {
            return new Case(architecture, loss, batch, seed, new SplittableRandom(seed));
        }

        String name() {
            return loss + ", " + architecture.text();
        }

        int classes() {
            return architecture.output().size();
        }

        float[] signed(int size) {
            float[] elements = new float[size];
            for (int e = 0; e < size; e++) {
                elements[e] = (float) random.nextDouble(-1, 1);
            }
            return elements;
        }

        /**
         * Class indices with a -1 for no class, or rows of probabilities, or a teacher's logits and then a class index.
         */
        float[] labels() {
            float[] labels = signed(batch * loss.targetSize(classes()));
            for (int i = 0; i < batch; i++) {
                switch (loss) {
                    case Loss.CrossEntropy l when l.targets() == Targets.HARD -> labels[i] = index(i);
                    case Loss.CrossEntropy l -> probabilities(labels, i * classes());
                    case Loss.Distillation l -> labels[(i + 1) * (classes() + 1) - 1] = index(i);
                }
            }
            return labels;
        }

        private float index(int i) {
            return i == 1 ? -1 : random.nextInt(classes());
        }

        private void probabilities(float[] labels, int from) {
            float rest = 1;
            for (int c = 0; c < classes(); c++) {
                float share = c + 1 == classes() ? rest : (float) (rest * random.nextDouble());
                labels[from + c] = share;
                rest -= share;
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> gradientsOnEveryEngineEqualCentralDifferences() {
        return ARCHITECTURES.stream()
                .flatMap(text -> LOSSES.stream().map(loss -> Case.of(Architecture.parse(text), loss, BATCH, SEED)))
                .map(c -> dynamicTest(c.name(), () -> check(c)));
    }

    /**
     * Compares all gradients of a case on every engine.
     *
     * @throws KinkException if an element is so near 0 at a ReLU that there is no gradient to compare with
     */
    static void check(Case c) {
        DoubleModel model = new DoubleModel(c.architecture(), c.batch(), c.seed(), STEP);
        Map<String, float[]> parameters = new HashMap<>();
        model.parameters().forEach((name, elements) -> {
            parameters.put(name, c.signed(elements.length));
            System.arraycopy(widened(parameters.get(name)), 0, elements, 0, elements.length);
        });
        float[] x = c.signed(c.batch() * c.architecture().input().size());
        float[] labels = c.labels();
        DoubleLoss loss = DoubleLoss.of(c.loss(), c.batch(), c.classes(), labels);
        List<double[]> values = model.forward(widened(x));
        RoundingBounds rounding = new RoundingBounds(model, values, loss);
        CentralDifferences differences = new CentralDifferences(model, loss, widened(x), values, rounding);
        Map<String, List<Quotient>> expected = new HashMap<>();
        parameters.keySet().forEach(name -> expected.put(name, differences.of(name, c.random())));
        for (Subject subject : EnginesUnderTest.all()) {
            Map<String, float[]> gradients = gradients(subject.backend(), c, parameters, x, labels);
            if (!gradients.keySet().equals(parameters.keySet())) {
                throw new AssertionError(subject + ", " + c.name() + ": gradients of " + gradients.keySet()
                        + ", expected " + parameters.keySet());
            }
            gradients.forEach(
                    (name, gradient) -> compare(subject, c, name, gradient, expected.get(name), rounding.of(name)));
        }
    }

    static Map<String, float[]> gradients(
            Backend backend, Case c, Map<String, float[]> parameters, float[] x, float[] labels) {
        try (Sequential model = Sequential.create(backend, c.architecture(), Initializer.GLOROT_UNIFORM, c.seed());
                Scope scope = backend.scope()) {
            for (Parameter parameter : model.parameters()) {
                backend.upload(parameters.get(parameter.name()), parameter.value());
            }
            Sequential.Tape tape = model.forward(scope, scope.tensorOf(model.batchShape(c.batch()), x), c.seed(), STEP);
            Tensor dLogits = scope.tensor(c.batch(), c.classes());
            Tensor targets = scope.tensorOf(Shape.of(c.batch(), c.loss().targetSize(c.classes())), labels);
            c.loss().apply(backend, tape.output(), targets, dLogits, scope.tensor(c.batch(), 2));
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
                        c.seed(),
                        name,
                        quotient.index(),
                        gradient[quotient.index()],
                        quotient.value(),
                        error,
                        bound));
            }
        }
    }

    static double[] widened(float[] elements) {
        double[] wide = new double[elements.length];
        for (int e = 0; e < wide.length; e++) {
            wide[e] = elements[e];
        }
        return wide;
    }
}
