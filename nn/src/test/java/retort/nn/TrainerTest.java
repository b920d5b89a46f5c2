package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.AdamSpec;
import retort.kernels.Backend;
import retort.kernels.CrossEntropySpec;
import retort.kernels.CrossEntropySpec.Targets;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Shape;
import retort.kernels.Tensor;

/** A step updates each parameter with the gradient at the old parameters: nothing reads one that is updated already. */
class TrainerTest {
    private static final long SEED = 17;
    private static final int BATCH = 12;
    private static final float RATE = 0.5f;
    private static final double EPS = 0x1p-24;
    private static final Architecture ARCHITECTURE = Architecture.parse(
            "input 28x28x1; conv2d 3 3x3 stride 2 padding 0; relu; conv2d 4 2x2; relu; flatten; dense 20; relu; dropout 0.5; "
                    + "dense 15; dense 10");
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
                stepped(subject.backend(), backend -> new Sgd(backend, Schedule.constant(RATE), Schedule.constant(0)));
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
        stepped(backend, used -> new Adam(used, Schedule.constant(1e-3f))).forEach((name, w) -> {
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
        DigitLikeImages.Batch batch = new DigitLikeImages(SEED).next(BATCH);
        try (Sequential model = create(backend);
                Optimizer optimizer = optimizers.apply(backend);
                Scope scope = backend.scope()) {
            new Trainer(
                            model,
                            optimizer,
                            new Loss.CrossEntropy(SPEC.temperature(), SPEC.targets()),
                            Float.POSITIVE_INFINITY,
                            SEED)
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
}
