package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec;

/** A seed says everything that is random, and threads change nothing. */
class ReproducibilityTest {
    private static final long SEED = 7;
    private static final int BATCH = 32;
    private static final int STEPS = 20;
    private static final Architecture TEACHER =
            Architecture.parse("input 28x28x1; conv2d 5 3x3 stride 2 padding 1; relu; flatten; dense 70; relu; "
                    + "dropout 0.5; dense 33; relu; dropout 0.3; dense 10");

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads(Subject subject) {
        Map<String, float[]> first = trained(subject.backend(), SEED);
        for (Subject other : EnginesUnderTest.all()) {
            if (other.backend().engine() == subject.backend().engine()) {
                trained(other.backend(), SEED)
                        .forEach((name, elements) -> assertArrayEquals(
                                bits(first.get(name)), bits(elements), other + ", seed " + SEED + ", " + name));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anotherSeedGivesOtherParameters(Subject subject) {
        Map<String, float[]> other = trained(subject.backend(), SEED + 1);
        trained(subject.backend(), SEED)
                .forEach((name, elements) ->
                        assertFalse(Arrays.equals(elements, other.get(name)), subject + ", " + name));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void dropoutMasksAreThoseOfTheDefinition(Subject subject) {
        Backend backend = subject.backend();
        int size = 1003;
        float[] ones = new float[3 * size];
        Arrays.fill(ones, 1);
        for (float rate : new float[] {0.25f, 0.5f, 0.9f}) {
            Architecture architecture = Architecture.parse("input 1003; relu; dropout " + rate);
            for (long step : new long[] {1, 2, (5L << 32) + 1}) {
                double[] factors = new DoubleModel(architecture, 3, SEED, step).dropoutFactors(1, rate, ones.length);
                try (Sequential model = Sequential.create(backend, architecture, Initializer.HE_UNIFORM, SEED);
                        Scope scope = backend.scope()) {
                    Tensor x = scope.tensorOf(model.batchShape(3), ones);
                    float[] y =
                            backend.download(model.forward(scope, x, SEED, step).output());
                    for (int e = 0; e < y.length; e++) {
                        boolean kept = y[e] != 0;
                        assertEquals(factors[e] != 0, kept, subject + ", rate " + rate + ", step " + step + ", " + e);
                    }
                }
            }
        }
    }

    /** Fused into the layer before it or not, a dropout draws by its own number among the layers. */
    @ParameterizedTest
    @MethodSource("engines")
    void fusionDoesNotChangeAMask(Subject subject) {
        Architecture fused = Architecture.parse("input 9; dense 400; relu; dropout 0.5");
        Architecture apart = Architecture.parse("input 9; dense 400; flatten; dropout 0.5");
        boolean[] fusedZeros = zeros(subject.backend(), fused);
        boolean[] apartZeros = zeros(subject.backend(), apart);
        assertArrayEquals(apartZeros, fusedZeros, subject.name());
    }

    /** With a bias of 1 and no weights, an element is 0 only if dropout made it so. */
    private static boolean[] zeros(Backend backend, Architecture architecture) {
        try (Sequential model = Sequential.create(backend, architecture, Initializer.HE_UNIFORM, SEED);
                Scope scope = backend.scope()) {
            backend.fill(model.parameters().get(0).value(), 0);
            backend.fill(model.parameters().get(1).value(), 1);
            Tensor x = scope.filled(model.batchShape(2), 1);
            float[] y = backend.download(model.forward(scope, x, SEED, 3).output());
            boolean[] zeros = new boolean[y.length];
            for (int e = 0; e < y.length; e++) {
                zeros[e] = y[e] == 0;
            }
            return zeros;
        }
    }

    @Test
    void startValuesAreTheSameOnEveryEngine() {
        Map<String, float[]> first = started(EnginesUnderTest.reference());
        for (Subject subject : EnginesUnderTest.all()) {
            started(subject.backend())
                    .forEach((name, elements) ->
                            assertArrayEquals(bits(first.get(name)), bits(elements), subject + ", " + name));
        }
    }

    private static Map<String, float[]> started(Backend backend) {
        try (Sequential model = Sequential.create(backend, TEACHER, Initializer.GLOROT_UNIFORM, SEED)) {
            return downloaded(model);
        }
    }

    private static Map<String, float[]> trained(Backend backend, long seed) {
        DigitLikeImages images = new DigitLikeImages(11);
        try (Sequential model = Sequential.create(backend, TEACHER, Initializer.GLOROT_UNIFORM, seed);
                Optimizer adam = new Adam(backend, Schedule.constant(1e-3f));
                Scope scope = backend.scope()) {
            Trainer trainer =
                    new Trainer(model, adam, new Loss.CrossEntropy(3.5f, CrossEntropySpec.Targets.HARD), seed);
            Tensor outcome = scope.tensor(BATCH, 2);
            for (int s = 0; s < STEPS; s++) {
                DigitLikeImages.Batch batch = images.next(BATCH);
                trainer.step(batch.images(), batch.labels(), BATCH, outcome);
            }
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

    private static int[] bits(float[] elements) {
        int[] bits = new int[elements.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(elements[i]);
        }
        return bits;
    }
}
