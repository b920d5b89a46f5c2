package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;

class PredictorTest {
    private static final Architecture NETWORK = Architecture.of(
            Shape.of(12, 12, 1),
            new Layer.Conv2D(6, 3, 3, 1, 0),
            new Layer.ReLU(),
            new Layer.Flatten(),
            new Layer.Dense(33),
            new Layer.ReLU(),
            new Layer.Dropout(0.5f),
            new Layer.Dense(10));

    private static final int CALLS = 200;

    /** By then the compiler is done with a small network, however busy the machine is. */
    private static final long COMPILED_NANOS = 60_000_000_000L;

    @TempDir
    private Path folder;

    static Stream<Engine> engines() {
        return EnginesUnderTest.all().stream()
                .map(subject -> subject.backend().engine())
                .distinct();
    }

    private static Backend open(Engine engine) {
        return Backends.open(engine, Backends.Options.defaults().withThreads(1));
    }

    private static float[] inputs(int batch, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] inputs = new float[batch * 144];
        for (int e = 0; e < inputs.length; e++) {
            inputs[e] = (float) random.nextDouble();
        }
        return inputs;
    }

    /** What the network itself infers. */
    private static float[] expected(Sequential network, float[] inputs, int batch) {
        Backend backend = network.backend();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensorOf(network.batchShape(batch), inputs);
            return backend.download(network.infer(scope, x));
        }
    }

    private static float[] logits(Predictor predictor, float[] inputs, int batch) {
        float[] logits = new float[batch * 10];
        predictor.logits(inputs, batch, logits);
        return logits;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void givesTheBitsOfTheNetworkThatWasSaved(Engine engine) {
        Path file = folder.resolve(engine + ".safetensors");
        try (Backend backend = open(engine);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7)) {
            network.save(file, Map.of("made", "for a test"));
            try (Model model = Model.load(file, engine);
                    Predictor predictor = model.predictor()) {
                assertEquals("for a test", model.metadata().get("made"));
                for (int batch : new int[] {1, 3, 32, 1, 5, 6, 7, 8, 9, 10, 11, 3}) {
                    float[] inputs = inputs(batch, batch);
                    assertArrayEquals(expected(network, inputs, batch), logits(predictor, inputs, batch));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void probabilitiesAreTheSoftmaxOfTheLogitsAtEachTemperature(Engine engine) {
        try (Backend backend = open(engine);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7);
                Model model = Model.of(network);
                Predictor predictor = model.predictor()) {
            float[] inputs = inputs(2, 1);
            float[] logits = logits(predictor, inputs, 2);
            for (float temperature : new float[] {1, 20, 1}) {
                float[] probabilities = new float[20];
                predictor.probabilities(inputs, 2, temperature, probabilities);
                for (int i = 0; i < 2; i++) {
                    double sum = 0;
                    for (int c = 0; c < 10; c++) {
                        sum += Math.exp(logits[10 * i + c] / temperature);
                    }
                    for (int c = 0; c < 10; c++) {
                        double share = Math.exp(logits[10 * i + c] / temperature) / sum;
                        assertEquals(share, probabilities[10 * i + c], 30 * 0x1p-23 * share);
                    }
                }
            }
        }
    }

    /** Eight threads, one model: every answer is the one that a single thread gets. */
    @ParameterizedTest
    @MethodSource("engines")
    void eightThreadsOnOneModelAllGetTheRightAnswers(Engine engine) throws InterruptedException, ExecutionException {
        try (Backend backend = open(engine);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7);
                Model model = Model.of(network);
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<float[]> inputs = new ArrayList<>();
            List<float[]> right = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                inputs.add(inputs(1 + i % 3, i));
                right.add(expected(network, inputs.get(i), 1 + i % 3));
            }
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                all.add(threads.submit(() -> {
                    try (Predictor predictor = model.predictor()) {
                        for (int call = 0; call < 200; call++) {
                            int i = call % 20;
                            assertArrayEquals(right.get(i), logits(predictor, inputs.get(i), 1 + i % 3));
                        }
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    /** Whatever the other thread asks for, the owner's answers stay as they are. */
    @Test
    void anotherThreadIsRefusedAndChangesNothing() throws InterruptedException, ExecutionException {
        try (Backend backend = open(Engine.CPU_SIMD);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7);
                Model model = Model.of(network);
                Predictor predictor = model.predictor();
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            float[] inputs = inputs(20, 1);
            float[] before = new float[10];
            predictor.probabilities(inputs, 1, 1, before);
            for (int batch = 1; batch <= 20; batch++) {
                int size = batch;
                other.submit(() -> assertThrows(
                                IllegalStateException.class,
                                () -> predictor.probabilities(inputs, size, 20, new float[200])))
                        .get();
            }
            other.submit(() -> assertThrows(IllegalStateException.class, predictor::close))
                    .get();
            float[] after = new float[10];
            predictor.probabilities(inputs, 1, 1, after);
            assertArrayEquals(before, after);
        }
    }

    @Test
    void aCallAllocatesNothingOnceItIsCompiled() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Architecture student = Architecture.of(
                Shape.of(784),
                new Layer.Dense(10),
                new Layer.ReLU(),
                new Layer.Dense(10),
                new Layer.ReLU(),
                new Layer.Dense(10));
        Architecture layers =
                Architecture.parse("input 24x24x1; conv2d 8 3x3; relu; depthwise-conv2d 3x3 stride 1 padding 1; silu; "
                        + "max-pool2d 3x3 stride 2 padding 1; max-pool2d 2x2; "
                        + "residual [conv2d 8 3x3 stride 1 padding 1, tanh]; relu; "
                        + "average-pool2d 2x2; gelu; global-average-pool2d; dense 10");
        Architecture norms = Architecture.parse(
                "input 12x12x1; batchnorm; conv2d 8 3x3 no-bias; batchnorm; relu; batchnorm; relu; flatten; dense 10");
        for (Architecture architecture : List.of(student, NETWORK, norms, layers)) {
            for (int batch : new int[] {1, 32}) {
                try (Backend backend = open(Engine.CPU_SIMD);
                        Sequential network = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 7);
                        Model model = Model.of(network);
                        Predictor predictor = model.predictor()) {
                    float[] inputs = new float[batch * model.input().size()];
                    float[] logits = new float[batch * 10];
                    long least = Long.MAX_VALUE;
                    long end = System.nanoTime() + COMPILED_NANOS;
                    while (least >= CALLS && System.nanoTime() < end) {
                        long before = threads.getCurrentThreadAllocatedBytes();
                        for (int call = 0; call < CALLS; call++) {
                            predictor.logits(inputs, batch, logits);
                        }
                        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                    }
                    assertEquals(0, least / CALLS, architecture.text() + ", batch " + batch + ": bytes a call");
                }
            }
        }
    }

    @Test
    void whatIsTrainedLaterDoesNotChangeAModel() {
        try (Backend backend = open(Engine.CPU_SIMD);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7);
                Model model = Model.of(network);
                Predictor predictor = model.predictor()) {
            float[] inputs = inputs(1, 1);
            float[] before = logits(predictor, inputs, 1);
            network.parameters().forEach(parameter -> backend.fill(parameter.value(), 0));
            assertArrayEquals(before, logits(predictor, inputs, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aModelOutlivesTheBackendThatItsNetworkWasOn(Engine engine) {
        float[] inputs = inputs(1, 1);
        float[] expected;
        Model model;
        try (Backend backend = open(engine);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7)) {
            model = Model.of(network);
            expected = expected(network, inputs, 1);
        }
        try (model;
                Predictor predictor = model.predictor()) {
            assertArrayEquals(expected, logits(predictor, inputs, 1));
        }
    }

    @Test
    void aModelThatIsClosedGivesNoPredictorAndKeepsThoseThereAre() {
        try (Backend backend = open(Engine.CPU_SIMD);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7)) {
            Model model = Model.of(network);
            Predictor predictor = model.predictor();
            model.close();
            assertThrows(IllegalStateException.class, model::predictor);
            float[] inputs = inputs(1, 1);
            assertArrayEquals(expected(network, inputs, 1), logits(predictor, inputs, 1));
            predictor.close();
            predictor.close();
            assertThrows(IllegalStateException.class, () -> logits(predictor, inputs, 1));
        }
    }

    @Test
    void refusesArraysThatAreTooShort() {
        try (Backend backend = open(Engine.CPU_SCALAR);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7);
                Model model = Model.of(network);
                Predictor predictor = model.predictor()) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> predictor.logits(new float[287], 2, new float[20]))
                    .getMessage();
            assertEquals("predictor: inputs has 287 elements, a batch of 2 needs 2 x 144 from 0 on", message);
            assertThrows(IllegalArgumentException.class, () -> predictor.logits(new float[288], 2, new float[19]));
            assertThrows(IllegalArgumentException.class, () -> predictor.logits(new float[288], 0, new float[20]));
        }
    }

    @Test
    void theSummaryAddsUp() {
        try (Backend backend = open(Engine.CPU_SCALAR);
                Sequential network = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 7);
                Model model = Model.of(network)) {
            String summary = model.summary();
            assertTrue(summary.contains(String.format("%-28s %-18s %,14d", "conv2d 6 3x3", "10x10x6", 60)), summary);
            assertTrue(summary.contains(String.format("%-28s %-18s %,14d", "dense 33", "33", 19_833)), summary);
            assertTrue(summary.endsWith("20,233 parameters, 0.1 MiB\n"), summary);
        }
    }
}
