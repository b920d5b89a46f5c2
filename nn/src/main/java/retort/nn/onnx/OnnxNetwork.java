package retort.nn.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import retort.kernels.Backend;
import retort.kernels.RecordingBackend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;
import retort.nn.ModelFileException;
import retort.nn.Network;

/**
 * The network of an ONNX file, opsets 6 to 22: one input, float32, whose first axis is the batch, and its first output.
 * Operators that are not known are refused before any work. The batch is of any size, whatever the file says.
 *
 * <p>An input of four axes is images, N x C x H x W as ONNX has them; they are given as everywhere here, height x width
 * x channels, and weights are brought into that order at load. Where the graph itself transposes its input from
 * N x H x W x C, or begins with Flatten and has few channels as its last axis, the file has them as they are given.
 *
 * <p>Source: onnx.proto and Operators.md of ONNX.
 */
public final class OnnxNetwork implements Network {
    /** A ModelProto begins with the version of its format: field 1, an integer. */
    private static final int FIRST_BYTE = 0x08;

    /** Where a safetensors file has its header's brace. */
    private static final int BRACE_AT = 8;

    private static final int[] TO_CHANNELS_FIRST = {0, 3, 1, 2};

    /** Of an image as it is given to a network. */
    private static final int MOST_CHANNELS = 4;

    private static final Set<String> OF_IMAGES =
            Set.of("Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization");
    private static final Set<String> ELEMENTWISE =
            Set.of("Add", "Cast", "Clip", "Div", "Dropout", "Identity", "Mul", "Relu", "Sigmoid", "Sub", "Tanh");

    private final Graph graph;
    private final Graph.Input given;
    private final boolean images;
    private final Backend backend;
    private final Weights weights;
    private final Shape input;
    private final Shape output;

    private OnnxNetwork(Backend backend, Graph graph, ElementType type) {
        this.graph = graph;
        this.backend = backend;
        given = onlyInput(graph);
        images = given.dims().length == 4 && channelsComeFirst(graph, given);
        input = inputShape();
        weights = new Weights(backend, type);
        try {
            tried(1);
            output = outputShape(tried(2));
            weights.complete();
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /** Whether a file begins as ONNX files do, or is called so. */
    public static boolean isIn(Path file) {
        if (file.toString().endsWith(".onnx")) {
            return true;
        }
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] begin = stream.readNBytes(BRACE_AT + 1);
            return begin.length > BRACE_AT && begin[0] == FIRST_BYTE && begin[BRACE_AT] != '{';
        } catch (IOException e) {
            // Whoever reads it says why it can't be read.
            return false;
        }
    }

    /**
     * @param weights what those of convolutions and products are rounded to; null for float32
     * @throws ModelFileException if the file can't be read or its network not be run
     */
    public static OnnxNetwork load(Backend backend, Path file, ElementType weights) {
        try {
            Graph graph = read(file);
            return new OnnxNetwork(backend, graph, weights == null ? ElementType.FLOAT32 : weights);
        } catch (Refusal e) {
            throw new ModelFileException(file, e.getMessage());
        } catch (IOException e) {
            throw ModelFileException.unreadable(file, e);
        }
    }

    private static Graph read(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new Refusal("is no regular file, expected an ONNX file");
        }
        if (Files.exists(file) && Files.size(file) > ExternalData.MOST_BYTES) {
            throw new Refusal("has " + Files.size(file) + " bytes, expected at most 2 GiB, as the format holds");
        }
        Graph graph = Graph.read(
                Files.readAllBytes(file), new ExternalData(file.toAbsolutePath().getParent()));
        Operators.check(graph);
        return graph;
    }

    private static Graph.Input onlyInput(Graph graph) {
        if (graph.inputs().size() != 1 || graph.outputs().isEmpty()) {
            throw new Refusal("has the inputs "
                    + graph.inputs().stream().map(Graph.Input::name).collect(Collectors.joining(", ")) + " and "
                    + graph.outputs().size() + " outputs, expected one input and an output");
        }
        Graph.Input given = graph.inputs().getFirst();
        int[] dims = given.dims();
        boolean known =
                dims != null && dims.length > 1 && Arrays.stream(dims).skip(1).noneMatch(d -> d == Graph.Input.ANY);
        if (!given.isFloat() || !known) {
            throw new Refusal("has the input " + given.name() + " of type " + given.type() + " and "
                    + (dims == null ? "any shape" : Arrays.toString(dims))
                    + ", expected float32 (1), a batch and extents that are known");
        }
        return given;
    }

    /**
     * Whether an input of four axes is N x C x H x W. What first asks for its axes says so; where nothing does, as in a
     * network that begins with Flatten, channels are what there are few of.
     */
    private static boolean channelsComeFirst(Graph graph, Graph.Input input) {
        String value = input.name();
        while (true) {
            String name = value;
            List<Node> readers = graph.nodes().stream()
                    .filter(node -> node.inputs().contains(name))
                    .toList();
            if (readers.isEmpty() || readers.stream().allMatch(node -> !ELEMENTWISE.contains(node.op()))) {
                boolean transposed = !readers.isEmpty()
                        && readers.stream()
                                .allMatch(node -> node.op().equals("Transpose")
                                        && Arrays.equals(node.integers("perm"), TO_CHANNELS_FIRST));
                boolean used = readers.stream().anyMatch(node -> OF_IMAGES.contains(node.op()));
                boolean fewLast = input.dims()[1] > MOST_CHANNELS && input.dims()[3] <= MOST_CHANNELS;
                return used || !transposed && !fewLast;
            }
            value = readers.stream()
                    .filter(node -> ELEMENTWISE.contains(node.op()))
                    .findFirst()
                    .orElseThrow()
                    .output();
        }
    }

    private Shape inputShape() {
        int[] dims = given.dims();
        try {
            return images ? Shape.of(dims[2], dims[3], dims[1]) : Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
        } catch (IllegalArgumentException e) {
            throw new Refusal("has an input that is too large: " + e.getMessage());
        }
    }

    /** Goes through the graph for a batch without computing, and so puts its weights on the backend. */
    private int[] tried(int batch) {
        RecordingBackend recorder = new RecordingBackend(backend);
        try (Scope nothing = new Scope(recorder, new NoMemory())) {
            Tensor x = nothing.tensor(batchShape(batch));
            int[] dims = lowered(recorder, nothing, x, true).dims();
            if (dims.length < 2 || dims[0] != batch) {
                throw new Refusal("gives " + Arrays.toString(dims) + " for a batch of " + batch
                        + ", expected a row for each example");
            }
            return dims;
        } catch (IllegalArgumentException e) {
            throw new Refusal("has a value that is too large: " + e.getMessage());
        }
    }

    private Computed lowered(Backend other, Scope scope, Tensor x, boolean dry) {
        int batch = x.shape().rows();
        int[] dims = given.dims().clone();
        dims[0] = batch;
        Tensor flat = x.reshaped(Shape.of(x.shape().size()));
        Computed value = images ? Computed.images(flat, dims) : Computed.rowMajor(flat, dims);
        Lowering.Batch sizes = new Lowering.Batch(batch, given.dims()[0]);
        return new Lowering(graph, other, scope, weights, sizes, dry)
                .run(Map.of(given.name(), value))
                .getFirst();
    }

    /** Axes of one element are none of a row of logits. */
    private static Shape outputShape(int[] dims) {
        int[] example = Arrays.copyOfRange(dims, 1, dims.length);
        int size = Value.size(example);
        return Arrays.stream(example).anyMatch(extent -> extent == size) ? Shape.of(size) : Shape.of(example);
    }

    /** What the file says besides. */
    public Map<String, String> metadata() {
        return graph.metadata();
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public Shape input() {
        return input;
    }

    @Override
    public Shape output() {
        return output;
    }

    @Override
    public ElementType weights() {
        return weights.type();
    }

    @Override
    public long parameterCount() {
        return graph.constants().values().stream()
                .filter(Constant::isFloat)
                .mapToLong(Constant::size)
                .sum();
    }

    @Override
    public long parameterBytes() {
        return parameterCount() * weights.type().bits() / Byte.SIZE;
    }

    @Override
    public List<Part> parts() {
        return List.of(new Part(text(), output, parameterCount()));
    }

    @Override
    public String text() {
        return "onnx: " + graph.nodes().size() + " nodes of opset " + graph.opset();
    }

    @Override
    public Tensor infer(Backend other, Scope scope, Tensor x) {
        Shape rows = Shape.of(x.shape().rows(), output.size());
        try {
            return lowered(other, scope, x, false).tensor().reshaped(rows);
        } catch (Refusal e) {
            throw new IllegalArgumentException(text() + ": for a batch of " + rows.rows() + " it " + e.getMessage(), e);
        }
    }

    @Override
    public Network copy(Backend other) {
        return new OnnxNetwork(other, graph, weights.type());
    }

    @Override
    public Optional<String> firstNotFinite(Scope scope, Tensor x) {
        return Optional.empty();
    }

    @Override
    public void close() {
        weights.close();
    }
}
