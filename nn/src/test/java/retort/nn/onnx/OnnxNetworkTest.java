package retort.nn.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.RecordingBackend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;
import retort.nn.Model;
import retort.nn.Network;
import retort.nn.Predictor;

/** Networks as people export them: branches, folded normalization, layouts, batches. */
class OnnxNetworkTest {
    private static final int CHANNELS = 3;
    private static final int HEIGHT = 7;
    private static final int WIDTH = 6;
    private static final int PIXELS = HEIGHT * WIDTH;
    private static final float CLOSE = 1e-5f;
    private static final int CALLS = 1000;

    /** In which what makes vectors is compiled. */
    private static final long COMPILED_NANOS = 60_000_000_000L;

    @TempDir
    private Path folder;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static float[] random(int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] elements = new float[count];
        for (int e = 0; e < count; e++) {
            elements[e] = (float) random.nextDouble(-1, 1);
        }
        return elements;
    }

    /**
     * A residual block with batch normalization, a branch joined to it, strides and padding of one side, and a dense
     * layer over N x C x H x W. Every value is an output too if {@code open}, which keeps all of it apart.
     */
    private static byte[] residual(int batch, boolean open) {
        OnnxBytes onnx = new OnnxBytes(13).input("x", batch, CHANNELS, HEIGHT, WIDTH);
        onnx.constant("f1", new int[] {4, CHANNELS, 3, 3}, random(108, 1)).constant("b1", new int[] {4}, random(4, 2));
        onnx.constant("f2", new int[] {4, 4, 3, 3}, random(144, 3));
        onnx.constant("f3", new int[] {4, 1, 2, 2}, random(16, 4));
        for (String each : new String[] {"scale", "bias", "mean"}) {
            onnx.constant(each, new int[] {4}, random(4, each.length()));
        }
        onnx.constant("variance", new int[] {4}, 0.5f, 1, 2, 0.25f);
        onnx.constant("w", new int[] {8 * 4 * 3, 5}, random(480, 5)).constant("b", new int[] {5}, random(5, 6));
        onnx.list("flat", batch < 0 ? 0 : batch, -1);
        onnx.node("Conv", "c1", node -> OnnxBytes.numbers(node, "pads", 1, 1, 1, 1), "x", "f1", "b1");
        onnx.node("BatchNormalization", "n1", "c1", "scale", "bias", "mean", "variance");
        onnx.node("Relu", "r1", "n1");
        onnx.node("Conv", "c2", node -> OnnxBytes.numbers(node, "pads", 1, 1, 1, 1), "r1", "f2");
        onnx.node("Add", "a", "c2", "r1").node("Relu", "r2", "a");
        onnx.node(
                "Conv",
                "c3",
                node -> {
                    OnnxBytes.number(node, "group", 4);
                    OnnxBytes.numbers(node, "strides", 2, 2);
                    OnnxBytes.numbers(node, "pads", 0, 0, 1, 0);
                },
                "r2",
                "f3");
        onnx.node(
                "MaxPool",
                "m",
                node -> {
                    OnnxBytes.numbers(node, "kernel_shape", 2, 2);
                    OnnxBytes.numbers(node, "strides", 2, 2);
                    OnnxBytes.number(node, "ceil_mode", 1);
                },
                "r2");
        onnx.node("Concat", "j", node -> OnnxBytes.number(node, "axis", 1), "c3", "m");
        onnx.node("Reshape", "v", "j", "flat").node("MatMul", "p", "v", "w").node("Add", "s", "p", "b");
        onnx.node("Relu", "y", "s").output("y");
        if (open) {
            Stream.of("c1", "n1", "r1", "c2", "a", "r2", "c3", "m", "j", "v", "p", "s")
                    .forEach(onnx::output);
        }
        return onnx.bytes();
    }

    /** Images with their channels last. */
    private static float[] channelsLast(float[] x) {
        float[] turned = new float[x.length];
        for (int e = 0; e < x.length; e++) {
            int image = e / (CHANNELS * PIXELS);
            int channel = e / PIXELS % CHANNELS;
            turned[(image * PIXELS + e % PIXELS) * CHANNELS + channel] = x[e];
        }
        return turned;
    }

    private static float[] naive(byte[] onnx, float[] x, int batch) {
        Graph graph = Graph.read(onnx, new ExternalData(Path.of(".")));
        Backend backend = EnginesUnderTest.reference();
        try (Scope scope = backend.scope();
                Weights weights = new Weights(backend, ElementType.FLOAT32)) {
            Computed input = Computed.rowMajor(scope.tensorOf(Shape.of(x.length), x), batch, CHANNELS, HEIGHT, WIDTH);
            Lowering.Batch sizes = new Lowering.Batch(batch, batch);
            Lowering lowering = new Lowering(graph, backend, scope, weights, sizes, false);
            return backend.download(lowering.run(Map.of("x", input)).getFirst().tensor());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsFoldedAndFusedComputesTheSame(Subject subject) throws IOException {
        Path file = folder.resolve("residual.bin");
        for (int declared : new int[] {-1, 1, 5}) {
            Files.write(file, residual(declared, false));
            try (Network network = Network.load(subject.backend(), file, null).network()) {
                assertEquals(Shape.of(HEIGHT, WIDTH, CHANNELS), network.input());
                assertEquals(Shape.of(5), network.output());
                for (int batch : new int[] {1, 2, 5}) {
                    float[] x = random(batch * CHANNELS * PIXELS, batch);
                    try (Scope scope = subject.backend().scope()) {
                        float[] y = subject.backend()
                                .download(network.infer(
                                        scope, scope.tensorOf(network.batchShape(batch), channelsLast(x))));
                        assertArrayEquals(naive(residual(batch, true), x, batch), y, CLOSE, subject.name());
                    }
                }
            }
        }
    }

    @Test
    void aPredictorGivesTheSameBitsInAnyBatch() throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, residual(-1, false));
        int images = 4;
        float[] x = random(images * CHANNELS * PIXELS, 9);
        float[] together = new float[images * 5];
        float[] alone = new float[images * 5];
        try (Model model = Model.load(file, Engine.CPU_SCALAR);
                Predictor predictor = model.predictor()) {
            assertEquals("7", model.metadata().get("seed"));
            predictor.logits(x, images, together);
            for (int i = 0; i < images; i++) {
                predictor.logits(x, i * CHANNELS * PIXELS, 1, alone, i * 5);
            }
            assertArrayEquals(together, alone);
        }
    }

    @Test
    void aCallAllocatesNothingOnceItIsCompiled() throws IOException {
        OnnxBytes onnx = new OnnxBytes(13).input("x", -1, CHANNELS, HEIGHT, WIDTH);
        onnx.constant("f", new int[] {CHANNELS, CHANNELS, 3, 3}, random(81, 1));
        onnx.constant("w", new int[] {CHANNELS * PIXELS, 5}, random(CHANNELS * PIXELS * 5, 2));
        onnx.node("Conv", "c", node -> OnnxBytes.numbers(node, "pads", 1, 1, 1, 1), "x", "f")
                .node("Relu", "r", "c");
        onnx.node("Add", "a", "r", "x")
                .node("Flatten", "v", "a")
                .node("MatMul", "y", "v", "w")
                .output("y");
        Path file = folder.resolve("model.onnx");
        Files.write(file, onnx.bytes());
        float[] x = random(CHANNELS * PIXELS, 9);
        float[] logits = new float[5];
        ThreadMXBean counters = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Model model = Model.load(file, Engine.CPU_SIMD);
                Predictor predictor = model.predictor()) {
            long least = Long.MAX_VALUE;
            long end = System.nanoTime() + COMPILED_NANOS;
            while (least >= CALLS && System.nanoTime() < end) {
                long before = counters.getCurrentThreadAllocatedBytes();
                for (int call = 0; call < CALLS; call++) {
                    predictor.logits(x, 1, logits);
                }
                least = Math.min(least, counters.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least / CALLS, "bytes a call");
        }
    }

    /** As TensorFlow's exporters write it, and ours. */
    @Test
    void aGraphThatTransposesItsInputIsGivenItAsItIs() throws IOException {
        OnnxBytes onnx = new OnnxBytes(13).input("x", -1, 2, 2, 3);
        onnx.constant("f", new int[] {1, 3, 1, 1}, 1, 10, 100);
        onnx.node("Transpose", "t", node -> OnnxBytes.numbers(node, "perm", 0, 3, 1, 2), "x");
        onnx.node("Conv", "c", "t", "f").node("Flatten", "y", "c").output("y");
        Path file = folder.resolve("transposed.onnx");
        Files.write(file, onnx.bytes());
        Backend backend = EnginesUnderTest.reference();
        try (Network network = Network.load(backend, file, null).network();
                Scope scope = backend.scope()) {
            assertEquals(Shape.of(2, 2, 3), network.input());
            float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1};
            float[] y = backend.download(network.infer(scope, scope.tensorOf(network.batchShape(1), x)));
            assertArrayEquals(new float[] {321, 654, 987, 111}, y);
        }
    }

    /** Five pixels of two channels. Element 5 of channels first is the second channel's first, the second one given. */
    @Test
    void whatIsFlattenedFirstHasItsChannelsWhereThereAreFew() throws IOException {
        Backend backend = EnginesUnderTest.reference();
        for (int[] dims : new int[][] {{-1, 2, 1, 5}, {-1, 5, 1, 2}}) {
            OnnxBytes onnx = new OnnxBytes(13).input("x", dims);
            onnx.constant("w", new int[] {10, 1}, 1, 0, 0, 0, 0, 10, 0, 0, 0, 0);
            onnx.node("Flatten", "v", "x").node("MatMul", "y", "v", "w").output("y");
            Path file = folder.resolve("flat.onnx");
            Files.write(file, onnx.bytes());
            try (Network network = Network.load(backend, file, null).network();
                    Scope scope = backend.scope()) {
                boolean first = dims[1] == 2;
                assertEquals(first ? Shape.of(1, 5, 2) : Shape.of(5, 1, 2), network.input());
                float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
                float[] y = backend.download(network.infer(scope, scope.tensorOf(network.batchShape(1), x)));
                assertEquals(first ? 1 + 10 * 2 : 1 + 10 * 6, y[0]);
            }
        }
    }

    /** A batch of 2 x 3 numbers is multiplied as rows of 3, twice as many as there are examples. */
    @Test
    void rowsMayBeOtherThanExamplesInBetween() throws IOException {
        OnnxBytes onnx = new OnnxBytes(13).input("x", -1, 2, 3);
        onnx.constant("w", new int[] {3, 1}, 1, 10, 100);
        onnx.list("rows", -1, 3).list("examples", -1, 2);
        onnx.node("Reshape", "r", "x", "rows").node("MatMul", "p", "r", "w");
        onnx.node("Reshape", "y", "p", "examples").output("y");
        computes(
                onnx,
                new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1, 2, 2, 2, 3, 3, 3},
                3,
                321,
                654,
                987,
                111,
                222,
                333);
    }

    /** The operand of Add and the statistics of a normalization come after the node that they could be fused with. */
    @Test
    void nothingIsFusedWithWhatIsNotComputedYet() throws IOException {
        OnnxBytes onnx = new OnnxBytes(13).input("x", -1, 2);
        onnx.constant("w", new int[] {2, 1}, 1, 10).constant("b", new int[] {1}, 7);
        onnx.node("MatMul", "p", "x", "w").node("Identity", "late", "b");
        onnx.node("Add", "y", "p", "late").output("y");
        computes(onnx, new float[] {1, 2}, 1, 28);
        onnx = new OnnxBytes(13).input("x", -1, 1, 1, 2);
        onnx.constant("f", new int[] {1, 1, 1, 1}, 3).constant("one", new int[] {1}, 1);
        onnx.constant("five", new int[] {1}, 5);
        onnx.node("Conv", "c", "x", "f").node("Identity", "late", "five");
        onnx.node("BatchNormalization", "n", "c", "late", "one", "one", "one");
        onnx.node("Flatten", "y", "n").output("y");
        computes(onnx, new float[] {1, 2}, 1, 11, 26);
    }

    private void computes(OnnxBytes onnx, float[] x, int batch, float... expected) throws IOException {
        Path file = folder.resolve("small.onnx");
        Files.write(file, onnx.bytes());
        Backend backend = EnginesUnderTest.reference();
        try (Network network = Network.load(backend, file, null).network();
                Scope scope = backend.scope()) {
            float[] y = backend.download(network.infer(scope, scope.tensorOf(network.batchShape(batch), x)));
            assertArrayEquals(expected, y, 1e-3f);
        }
    }

    @Test
    void aBatchThatIsTooLargeForAValueIsACallersMistake() throws IOException {
        OnnxBytes onnx = new OnnxBytes(13).input("x", -1, 1024);
        String value = "x";
        for (int i = 0; i < 8; i++) {
            onnx.node("Concat", "c" + i, node -> OnnxBytes.number(node, "axis", 1), value, value);
            value = "c" + i;
        }
        onnx.constant("w", new int[] {1 << 18, 1}, new float[1 << 18]);
        onnx.node("MatMul", "y", value, "w").output("y");
        Path file = folder.resolve("wide.onnx");
        Files.write(file, onnx.bytes());
        RecordingBackend nothing = new RecordingBackend(EnginesUnderTest.reference());
        try (Network network =
                        Network.load(EnginesUnderTest.reference(), file, null).network();
                Scope scope = new Scope(nothing, new NoMemory())) {
            Tensor x = scope.tensor(network.batchShape(1 << 14));
            String message = assertThrows(IllegalArgumentException.class, () -> network.infer(nothing, scope, x))
                    .getMessage();
            assertEquals(
                    "onnx: 9 nodes of opset 13: for a batch of 16384 it has a value of [16384, 131072], more elements "
                            + "than an array holds",
                    message);
        }
    }

    /** What PyTorch makes of x.view(x.size(0), -1). */
    @Test
    void shapesThatAreComputedAreKnownAtLoad() throws IOException {
        OnnxBytes onnx = new OnnxBytes(13).input("x", -1, 2, 3);
        onnx.list("zero", 0).list("rest", -1).list("axis", 0);
        onnx.node("Shape", "shape", "x").node("Gather", "size", "shape", "zero");
        onnx.node("Concat", "target", node -> OnnxBytes.number(node, "axis", 0), "size", "rest");
        onnx.node("Reshape", "y", "x", "target").output("y");
        Path file = folder.resolve("view.onnx");
        Files.write(file, onnx.bytes());
        try (Model model = Model.load(file, Engine.CPU_SCALAR)) {
            assertEquals(Shape.of(2, 3), model.input());
            assertEquals(6, model.outputSize());
        }
    }

    @Test
    void weightsOfFewerBitsAreThoseOfTheFileRounded() throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, residual(-1, false));
        float[] x = random(CHANNELS * PIXELS, 3);
        float[] full = new float[5];
        float[] rounded = new float[5];
        try (Model model = Model.load(file, Engine.CPU_SIMD);
                Model small = Model.load(file, Engine.CPU_SIMD, Backends.Options.defaults(), ElementType.BFLOAT16);
                Predictor predictor = model.predictor();
                Predictor other = small.predictor()) {
            predictor.logits(x, 1, full);
            other.logits(x, 1, rounded);
            assertEquals(ElementType.BFLOAT16, small.weights());
        }
        assertTrue(!Arrays.equals(full, rounded));
        for (int c = 0; c < 5; c++) {
            assertEquals(full[c], rounded[c], 0.02 * Math.max(1, Math.abs(full[c])));
        }
    }
}
