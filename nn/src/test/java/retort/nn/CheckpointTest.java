package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.WeightDecay;

/** A training that was stopped and taken up from its file. */
class CheckpointTest {
    private static final long SEED = 7;
    private static final int BATCH = 16;
    private static final int STEPS = 9;
    private static final Architecture NETWORK =
            Architecture.parse("input 28x28x1; conv2d 3 3x3; relu; flatten; dense 33; relu; dropout 0.5; dense 10");

    @TempDir
    private Path folder;

    /** The optimisers, each with a schedule that depends on the step. */
    enum Kind {
        ADAM(2),
        MOMENTUM(1),
        ADAMW_CLIPPED(2),
        NESTEROV_THAT_DECAYS(1);

        private final int stateTensors;

        Kind(int stateTensors) {
            this.stateTensors = stateTensors;
        }

        Optimizer of(Backend backend) {
            Schedule falling = Schedule.linear(1e-2f, 1e-4f, STEPS);
            Schedule momentum = Schedule.constant(0.9f);
            return switch (this) {
                case ADAM -> new Adam(backend, falling);
                case MOMENTUM -> new Sgd(backend, falling, momentum);
                case ADAMW_CLIPPED -> {
                    Optimizer adam = new Adam(backend, falling, WeightDecay.decoupled(0.1f));
                    adam.clipGradients(0.5f);
                    yield adam;
                }
                case NESTEROV_THAT_DECAYS -> new Sgd(backend, falling, momentum, true, WeightDecay.penalty(1e-3f));
            };
        }
    }

    static Stream<Arguments> subjects() {
        return EnginesUnderTest.all().stream()
                .flatMap(subject -> Stream.of(Kind.values()).map(kind -> Arguments.of(subject, kind)));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void aTrainingThatGoesOnEndsWithTheSameBits(Subject subject, Kind kind) {
        Backend backend = subject.backend();
        Path whole = folder.resolve("whole");
        Path stopped = folder.resolve("stopped");
        Path resumed = folder.resolve("resumed");
        train(backend, kind, null, STEPS, whole);
        train(backend, kind, null, 4, stopped);
        train(backend, kind, stopped, STEPS, resumed);
        SafeTensors expected = SafeTensors.read(whole);
        SafeTensors actual = SafeTensors.read(resumed);
        assertEquals(expected.metadata(), actual.metadata());
        assertEquals(
                List.copyOf(expected.tensors().keySet()),
                List.copyOf(actual.tensors().keySet()));
        int parameters = 6;
        assertEquals(parameters * (1 + kind.stateTensors), expected.tensors().size());
        expected.tensors()
                .forEach((name, entry) -> assertArrayEquals(
                        bits(entry.elements()), bits(actual.tensors().get(name).elements()), subject + ", " + name));
    }

    @Test
    void aFileOfAnotherTrainingIsRefused() {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, new Backends.Options(1, null))) {
            Path file = folder.resolve("momentum");
            train(backend, Kind.MOMENTUM, null, 1, file);
            refused(backend, file, Kind.ADAM, NETWORK, "has no tensor optimizer.");
            Architecture other = Architecture.parse("input 28x28x1; flatten; dense 10");
            refused(backend, file, Kind.MOMENTUM, other, "is of the network " + NETWORK.text());
            Path model = folder.resolve("model");
            try (Sequential saved = Sequential.create(backend, NETWORK, Initializer.HE_UNIFORM, SEED)) {
                saved.save(model, Map.of());
            }
            refused(backend, model, Kind.ADAM, NETWORK, "is no checkpoint");
        }
    }

    @Test
    void weightsThatAreKeptComeBack() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential model = Sequential.create(backend, NETWORK, Initializer.HE_UNIFORM, SEED);
                Optimizer optimizer = Kind.ADAM.of(backend);
                Optimizer resumed = Kind.ADAM.of(backend)) {
            Path file = folder.resolve("kept");
            Tensor weights = model.parameters().get(2).value();
            float[] before = backend.download(weights);
            optimizer.keepWeights(model);
            backend.fill(weights, 1);
            Checkpoint.save(file, model, optimizer, Map.of());
            backend.fill(weights, 2);
            Checkpoint.load(file, model, resumed);
            assertEquals(1, backend.download(weights)[0]);
            resumed.putKeptWeights(model);
            assertArrayEquals(before, backend.download(weights));
        }
    }

    @Test
    void whatTheCallerAddsComesBack() {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, new Backends.Options(1, null));
                Sequential model = Sequential.create(backend, NETWORK, Initializer.HE_UNIFORM, SEED);
                Optimizer optimizer = Kind.ADAM.of(backend)) {
            Path file = folder.resolve("fresh");
            Checkpoint.save(file, model, optimizer, Map.of("epoch", "3"));
            assertEquals("3", Checkpoint.metadata(file).get("epoch"));
            assertEquals("0", Checkpoint.metadata(file).get("step"));
        }
    }

    private static void refused(Backend backend, Path file, Kind kind, Architecture architecture, String problem) {
        try (Sequential model = Sequential.create(backend, architecture, Initializer.HE_UNIFORM, SEED);
                Optimizer optimizer = kind.of(backend)) {
            String message = assertThrows(ModelFileException.class, () -> Checkpoint.load(file, model, optimizer))
                    .getMessage();
            assertTrue(message.startsWith(file + ": " + problem), message);
        }
    }

    /** From a file, or from the start, until so many steps are done; then to another file. */
    private static void train(Backend backend, Kind kind, Path from, int steps, Path to) {
        try (Sequential model = Sequential.create(backend, NETWORK, Initializer.HE_UNIFORM, SEED);
                Optimizer optimizer = kind.of(backend);
                Scope scope = backend.scope()) {
            if (from != null) {
                Checkpoint.load(from, model, optimizer);
            }
            Trainer trainer =
                    new Trainer(model, optimizer, new Loss.CrossEntropy(1, CrossEntropySpec.Targets.HARD), SEED);
            Tensor outcome = scope.tensor(BATCH, 2);
            while (optimizer.step() < steps) {
                DigitLikeImages.Batch batch = new DigitLikeImages(optimizer.step()).next(BATCH);
                trainer.step(batch.images(), batch.labels(), BATCH, outcome);
            }
            Checkpoint.save(to, model, optimizer, Map.of());
        }
    }

    private static int[] bits(float[] elements) {
        int[] bits = new int[elements.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(elements[i]);
        }
        return bits;
    }
}
