package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static retort.nn.Schedule.constant;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.Shape;
import retort.kernels.op.WeightDecay;

/** A step updates each parameter with the gradient at the old parameters: nothing reads one that is updated already. */
class TrainerTest {
    private static final long SEED = 17;
    private static final int BATCH = 12;
    private static final float RATE = 0.5f;
    private static final double EPS = 0x1p-24;
    private static final Architecture ARCHITECTURE = Architecture.parse(
            "input 28x28x1; conv2d 3 3x3 stride 2 padding 0; relu; conv2d 4 2x2; relu; flatten; dense 20; relu; "
                    + "dropout 0.5; dense 15; dense 10");
    private static final CrossEntropySpec SPEC = new CrossEntropySpec(BATCH, 10, 1, Targets.HARD);

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    /** w - rate g is rounded twice. */
    @ParameterizedTest
    @MethodSource("engines")
    void aStepOfDescentSubtractsTheGradient(Subject subject) {
        Map<String, float[]> before = started(subject.backend());
        Map<String, float[]> gradients = gradients(subject.backend());
        Map<String, float[]> after =
                stepped(subject.backend(), backend -> new Sgd(backend, constant(RATE), constant(0)));
        after.forEach((name, w) -> {
            for (int e = 0; e < w.length; e++) {
                double change = (double) RATE * gradients.get(name)[e];
                double expected = before.get(name)[e] - change;
                double bound = 2 * EPS * (Math.abs(change) + Math.abs(before.get(name)[e]));
                double error = Math.abs(w[e] - expected);
                if (!(error <= bound)) {
                    throw new AssertionError(String.format(
                            "%s, seed %d: %s[%d] is %s, expected %s; error %.3g, bound %.3g",
                            subject, SEED, name, e, w[e], expected, error, bound));
                }
            }
        });
    }

    /** The reference rounds a product's gradient to float32 whether it stores it or not. */
    @Test
    void adamOnAProductIsAdamOnItsStoredGradient() {
        Backend backend = EnginesUnderTest.reference();
        Map<String, float[]> before = started(backend);
        Map<String, float[]> gradients = gradients(backend);
        stepped(backend, used -> new Adam(used, constant(1e-3f))).forEach((name, w) -> {
            try (Scope scope = backend.scope()) {
                Shape shape = Shape.of(w.length);
                Tensor expected = scope.tensorOf(shape, before.get(name));
                AdamSpec spec = new AdamSpec(w.length, 1e-3f, 0.9f, 0.999f, 1e-7f);
                Tensor gradient = scope.tensorOf(shape, gradients.get(name));
                backend.adam(spec, expected, gradient, scope.filled(shape, 0), scope.filled(shape, 0), 1);
                assertArrayEquals(backend.download(expected), w, name);
            }
        });
    }

    /** Of the same gradients: all are multiplied by the same factor, which makes their norm the limit. */
    @ParameterizedTest
    @MethodSource("engines")
    void gradientsOfALongerNormAreShortenedToTheLimit(Subject subject) {
        Function<Backend, Optimizer> descent = backend -> new Sgd(backend, constant(RATE), constant(0));
        Map<String, float[]> before = started(subject.backend());
        Map<String, float[]> gradients = gradients(subject.backend());
        double squares = 0;
        for (float[] each : gradients.values()) {
            for (float g : each) {
                squares += (double) g * g;
            }
        }
        double norm = Math.sqrt(squares);
        assertChanges(subject, before, stepped(subject.backend(), clipping(descent, (float) (2 * norm))), gradients, 1);
        float limit = (float) (norm / 4);
        Map<String, float[]> clipped = stepped(subject.backend(), clipping(descent, limit));
        assertChanges(subject, before, clipped, gradients, limit / (norm + 1e-6));
        for (Subject other : EnginesUnderTest.all()) {
            if (other.backend().engine() == subject.backend().engine()) {
                stepped(other.backend(), clipping(descent, limit))
                        .forEach((name, w) -> assertArrayEquals(clipped.get(name), w, subject + ", " + name));
            }
        }
    }

    private static Function<Backend, Optimizer> clipping(Function<Backend, Optimizer> optimizers, float norm) {
        return optimizers.andThen(optimizer -> {
            optimizer.clipGradients(norm);
            return optimizer;
        });
    }

    /** The norm is of sums over at most 1,000 rows, and w is rounded. */
    private static void assertChanges(
            Subject subject,
            Map<String, float[]> before,
            Map<String, float[]> after,
            Map<String, float[]> gradients,
            double factor) {
        after.forEach((name, w) -> {
            for (int e = 0; e < w.length; e++) {
                double change = factor * RATE * gradients.get(name)[e];
                double bound = 1000 * EPS * Math.abs(change) + 4 * EPS * Math.abs(before.get(name)[e]);
                assertEquals(before.get(name)[e] - change, w[e], bound, subject + ", " + name);
            }
        });
    }

    /** Decoupled from the gradient, so that a step without decay says what is left over. */
    @ParameterizedTest
    @MethodSource("engines")
    void weightsDecayAndBiasesDoNot(Subject subject) {
        WeightDecay decay = WeightDecay.decoupled(0.25f);
        Map<String, float[]> before = started(subject.backend());
        Map<String, float[]> free = stepped(subject.backend(), backend -> new Adam(backend, constant(RATE)));
        stepped(subject.backend(), backend -> new Adam(backend, constant(RATE), decay))
                .forEach((name, w) -> {
                    for (int e = 0; e < w.length; e++) {
                        double lost = name.endsWith("bias") ? 0 : RATE * 0.25 * before.get(name)[e];
                        double bound = name.endsWith("bias") ? 0 : 4 * EPS * (Math.abs(before.get(name)[e]) + RATE);
                        assertEquals(free.get(name)[e] - lost, w[e], bound, subject + ", " + name);
                    }
                });
    }

    @Test
    void aNormThatIsNotPositiveIsRefused() {
        try (Optimizer optimizer = new Sgd(EnginesUnderTest.reference(), constant(RATE), constant(0))) {
            for (float norm : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
                assertThrows(IllegalArgumentException.class, () -> optimizer.clipGradients(norm));
            }
        }
    }

    /** Steps so long that every layer's weights grow past the limit; biases and filters may. */
    @ParameterizedTest
    @MethodSource("engines")
    void denseWeightsStayWithinTheMaxNorm(Subject subject) {
        float limit = 0.5f;
        Map<String, float[]> free =
                stepped(subject.backend(), backend -> new Sgd(backend, constant(RATE), constant(0)));
        Map<String, float[]> limited =
                stepped(subject.backend(), backend -> new Sgd(backend, constant(RATE), constant(0)), limit);
        try (Sequential model = create(subject.backend())) {
            for (Parameter parameter : model.parameters()) {
                float[] w = limited.get(parameter.name());
                Shape shape = parameter.value().shape();
                if (shape.rank() == 2) {
                    assertTrue(largestNorm(free.get(parameter.name()), shape) > limit, parameter.name());
                    double bound = limit * (1 + (shape.extent(0) + 8) * EPS);
                    assertTrue(largestNorm(w, shape) <= bound, subject + ", " + parameter.name());
                } else {
                    assertArrayEquals(free.get(parameter.name()), w, subject + ", " + parameter.name());
                }
            }
        }
    }

    @Test
    void aLimitThatIsNotPositiveIsRefused() {
        Backend backend = EnginesUnderTest.reference();
        Loss loss = new Loss.CrossEntropy(1, Targets.HARD);
        try (Sequential model = create(backend);
                Optimizer optimizer = new Sgd(backend, constant(RATE), constant(0))) {
            for (float limit : new float[] {0, -1, Float.NaN}) {
                assertThrows(IllegalArgumentException.class, () -> new Trainer(model, optimizer, loss, limit, SEED));
            }
        }
    }

    private static double largestNorm(float[] w, Shape shape) {
        double[] squares = new double[shape.extent(1)];
        for (int e = 0; e < w.length; e++) {
            squares[e % squares.length] += (double) w[e] * w[e];
        }
        return Math.sqrt(Arrays.stream(squares).max().orElseThrow());
    }

    /** Logits of a teacher and a label for each example; what the kernel gives for them is what the step subtracts. */
    @ParameterizedTest
    @MethodSource("engines")
    void aStepOfDistillationTakesTheTeachersLogitsAndTheLabel(Subject subject) {
        Loss loss = new Loss.Distillation(new Divergence.SoftTargets(), 4, 0.5f);
        Backend backend = subject.backend();
        DistillationSpec spec = new DistillationSpec(1, 10, new Divergence.SoftTargets(), 4, 0.5f);
        float[] targets = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 7};
        assertEquals(targets.length, loss.targetSize(10));
        float[] image = new DigitLikeImages(SEED).next(1).images();
        try (Sequential model = create(backend);
                Optimizer optimizer = new Sgd(backend, constant(RATE), constant(0));
                Scope scope = backend.scope()) {
            Tensor x = scope.tensorOf(model.batchShape(1), image);
            Tensor z = model.forward(scope, x, SEED, 1).output();
            Tensor expected = scope.tensor(1, 2);
            backend.distillation(spec, z, scope.tensorOf(spec.targetsShape(), targets), scope.tensor(1, 10), expected);
            Tensor outcome = scope.tensor(1, 2);
            new Trainer(model, optimizer, loss, SEED).step(image, targets, 1, outcome);
            assertArrayEquals(backend.download(expected), backend.download(outcome));
        }
    }

    private static Sequential create(Backend backend) {
        return Sequential.create(backend, ARCHITECTURE, Initializer.GLOROT_UNIFORM, SEED);
    }

    private static Map<String, float[]> started(Backend backend) {
        try (Sequential model = create(backend)) {
            return downloaded(model);
        }
    }

    private static Map<String, float[]> gradients(Backend backend) {
        DigitLikeImages.Batch batch = new DigitLikeImages(SEED).next(BATCH);
        try (Sequential model = create(backend);
                Scope scope = backend.scope()) {
            Tensor x = scope.tensorOf(model.batchShape(BATCH), batch.images());
            Sequential.Tape tape = model.forward(scope, x, SEED, 1);
            Tensor dLogits = scope.tensor(SPEC.logitsShape());
            Tensor labels = scope.tensorOf(SPEC.targetsShape(), batch.labels());
            backend.crossEntropy(SPEC, tape.output(), labels, dLogits, scope.tensor(SPEC.outcomeShape()));
            CollectedGradients sink = new CollectedGradients(backend, scope);
            model.backward(tape, dLogits, sink);
            return sink.byName();
        }
    }

    private static Map<String, float[]> stepped(Backend backend, Function<Backend, Optimizer> optimizers) {
        return stepped(backend, optimizers, Float.POSITIVE_INFINITY);
    }

    private static Map<String, float[]> stepped(
            Backend backend, Function<Backend, Optimizer> optimizers, float maxNorm) {
        DigitLikeImages.Batch batch = new DigitLikeImages(SEED).next(BATCH);
        try (Sequential model = create(backend);
                Optimizer optimizer = optimizers.apply(backend);
                Scope scope = backend.scope()) {
            new Trainer(model, optimizer, new Loss.CrossEntropy(SPEC.temperature(), SPEC.targets()), maxNorm, SEED)
                    .step(batch.images(), batch.labels(), BATCH, scope.tensor(SPEC.outcomeShape()));
            return downloaded(model);
        }
    }

    private static Map<String, float[]> downloaded(Sequential model) {
        Map<String, float[]> elements = new LinkedHashMap<>();
        for (Parameter parameter : model.parameters()) {
            elements.put(parameter.name(), model.backend().download(parameter.value()));
        }
        return elements;
    }

    /** The scope of a step is closed when the step is: nothing may be put there afterwards. */
    @Test
    void anOptimizerTakesNoGradientOutsideAStep() {
        Backend backend = EnginesUnderTest.reference();
        try (Scope scope = backend.scope();
                Sgd sgd = new Sgd(backend, constant(RATE), constant(0))) {
            Parameter parameter = new Parameter("w", scope.filled(Shape.of(2), 0));
            assertThrows(IllegalStateException.class, () -> sgd.destination(parameter));
            sgd.beginStep(scope);
            sgd.written(parameter, sgd.destination(parameter));
            sgd.endStep();
            assertThrows(IllegalStateException.class, () -> sgd.destination(parameter));
        }
    }

    @Test
    void aModelWithNothingToTrainIsRefused() {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential relu = Sequential.create(
                        backend, Architecture.parse("input 3; relu"), Initializer.GLOROT_UNIFORM, SEED);
                Sgd sgd = new Sgd(backend, constant(RATE), constant(0))) {
            Loss loss = new Loss.CrossEntropy(1, Targets.HARD);
            String message = assertThrows(IllegalArgumentException.class, () -> new Trainer(relu, sgd, loss, SEED))
                    .getMessage();
            assertEquals(
                    "trainer: the model 'input 3; relu' has no parameters, expected a dense or conv2d layer", message);
        }
    }

    @Test
    void theFirstLayerWithNumbersThatAreNotFiniteIsNamed() {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.create(
                        backend, Architecture.parse("input 2; dense 2; relu; dense 2"), Initializer.GLOROT_UNIFORM, 1);
                Scope scope = backend.scope()) {
            Tensor x = scope.tensorOf(Shape.of(1, 2), new float[] {1, 1});
            assertEquals(Optional.empty(), model.firstNotFinite(scope, x));
            backend.upload(
                    new float[] {0, Float.NaN}, model.parameters().getLast().value());
            assertEquals(Optional.of("2.dense"), model.firstNotFinite(scope, x));
            backend.upload(
                    new float[] {Float.POSITIVE_INFINITY, 0},
                    model.parameters().get(1).value());
            assertEquals(Optional.of("0.dense"), model.firstNotFinite(scope, x));
        }
    }

    @Test
    void ofAResidualBlockTheLayerInItIsNamed() {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.create(
                        backend,
                        Architecture.parse("input 2; dense 2; residual [dense 2, relu, dense 2] shortcut [dense 2]"),
                        Initializer.GLOROT_UNIFORM,
                        1);
                Scope scope = backend.scope()) {
            Tensor x = scope.tensorOf(Shape.of(1, 2), new float[] {1, 1});
            Map<String, Parameter> parameters = new HashMap<>();
            model.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
            float[] large = {Float.MAX_VALUE, 0};
            backend.upload(large, parameters.get("1.2.dense.bias").value());
            backend.upload(large, parameters.get("1.shortcut.0.dense.bias").value());
            assertEquals(Optional.of("1.residual"), model.firstNotFinite(scope, x));
            float[] infinite = {0, Float.POSITIVE_INFINITY};
            backend.upload(infinite, parameters.get("1.shortcut.0.dense.bias").value());
            assertEquals(Optional.of("1.shortcut.0.dense"), model.firstNotFinite(scope, x));
            backend.upload(infinite, parameters.get("1.0.dense.bias").value());
            assertEquals(Optional.of("1.0.dense"), model.firstNotFinite(scope, x));
        }
    }
}
