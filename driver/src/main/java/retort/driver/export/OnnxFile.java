package retort.driver.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Shape;
import retort.nn.BatchNorm;
import retort.nn.DepthwiseConv2D;
import retort.nn.GlobalAveragePool2D;
import retort.nn.Layer;
import retort.nn.OwnLayer;
import retort.nn.Pool2D;
import retort.nn.Residual;
import retort.nn.SafeTensors;
import retort.nn.Smooth;

/**
 * A network as an ONNX model: "input" is batch x the network's input, as everywhere in Retort height x width x channels
 * for images; "logits" is batch x its output. The batch is of any size. Convolutions and pools are done on channels x
 * height x width, with a Transpose before, and after them where no dense layer's weights can have that order; dropout,
 * which predictions leave out, is left out.
 *
 * <p>Source: onnx.proto and Operators.md of ONNX, opset 13.
 */
public final class OnnxFile {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;
    private static final int FLOAT = 1;
    private static final int[] TO_CHANNELS_FIRST = {0, 3, 1, 2};
    private static final int[] TO_CHANNELS_LAST = {0, 2, 3, 1};

    private final TrainedNetwork network;
    private final List<Node> nodes = new ArrayList<>();
    private final WireMessage graph = new WireMessage();
    private final WireMessage model = new WireMessage();
    private String value = "input";
    private boolean channelsFirst;

    /** The image that was flattened with its channels first, until a dense layer takes it; or null. */
    private Shape flattened;

    /** An operation. Its attributes are encoded. */
    private record Node(String op, List<String> inputs, String output, List<WireMessage> attributes) {}

    /**
     * @param temperature T of a second output, "probabilities" = softmax(logits / T); or null for none
     * @param producerVersion of the program that writes the file
     * @throws IllegalArgumentException if the format can't hold the network, or the output is not flat and a
     *     temperature is given
     */
    public OnnxFile(TrainedNetwork network, Float temperature, String producerVersion) {
        this.network = network;
        if (temperature != null && network.architecture().output().rank() != 1) {
            throw new IllegalArgumentException("onnx: probabilities need a flat output, this network's is "
                    + network.architecture().output());
        }
        layers();
        rename("logits");
        graph.message(12, valueInfo("logits"));
        if (temperature != null) {
            softmax(temperature);
            graph.message(12, valueInfo("probabilities"));
        }
        model(producerVersion);
        if (model.bytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "onnx: the model would have " + model.bytes() + " bytes, the format holds 2 GiB");
        }
    }

    public void writeTo(OutputStream out) throws IOException {
        model.writeTo(out);
    }

    private void layers() {
        graph.message(11, valueInfo("input"));
        layers("", network.architecture().layers(), network.architecture().input());
        channelsLast();
    }

    /** @param prefix of the names of these layers' parameters and values */
    private void layers(String prefix, List<Layer> layers, Shape input) {
        Shape shape = input;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            String at = prefix + i + ".";
            String name = at + layer.text().split(" ")[0];
            switch (layer) {
                case Layer.Conv2D conv2d -> {
                    Window window =
                            new Window(conv2d.kernelHeight(), conv2d.kernelWidth(), conv2d.stride(), conv2d.padding());
                    convolution(name, window, 1, conv2d.bias());
                }
                case DepthwiseConv2D conv2d -> {
                    Window window =
                            new Window(conv2d.kernelHeight(), conv2d.kernelWidth(), conv2d.stride(), conv2d.padding());
                    convolution(name, window, shape.extent(2), true);
                }
                case Layer.Dense dense -> {
                    String weight = name + ".weight";
                    if (flattened == null) {
                        initializer(weight);
                    } else {
                        channelsFirstRows(weight);
                    }
                    flattened = null;
                    node("Gemm", name, List.of(value, weight, initializer(name + ".bias")));
                }
                case Layer.ReLU relu -> node("Relu", name, List.of(value));
                case Smooth smooth -> smooth(name, smooth.kind());
                case Pool2D pool -> {
                    channelsFirst(name);
                    Window window = new Window(pool.kernelHeight(), pool.kernelWidth(), pool.stride(), pool.padding());
                    String op = pool.kind() == Pool2dSpec.Kind.MAX ? "MaxPool" : "AveragePool";
                    node(op, name, List.of(value), window.attributes());
                }
                case GlobalAveragePool2D pool -> {
                    channelsFirst(name);
                    node("GlobalAveragePool", name + ".mean", List.of(value));
                    // Of extents 1 x 1 the order of the axes is all the same.
                    channelsFirst = false;
                    node("Flatten", name, List.of(value), number("axis", 1));
                }
                case BatchNorm norm -> {
                    if (shape.rank() > 1) {
                        channelsFirst(name);
                    }
                    batchNorm(name, norm);
                }
                case Residual residual -> residual(at, name, residual, shape);
                case Layer.Flatten flatten -> {
                    if (channelsFirst && denseComesNext(layers, i + 1)) {
                        flattened = shape;
                        channelsFirst = false;
                    }
                    channelsLast();
                    node("Flatten", name, List.of(value), number("axis", 1));
                }
                case OwnLayer own ->
                    throw new IllegalArgumentException("onnx: has no operator for the layer '" + own.text() + "'");
                case Layer.Dropout dropout -> {
                    // Predictions are made without it.
                }
            }
            shape = layer.outputShape(shape);
        }
    }

    /** Whether the elements reach a dense layer each as it is, so that its weights may have their order. */
    private static boolean denseComesNext(List<Layer> layers, int from) {
        return layers.stream()
                .skip(from)
                .filter(layer ->
                        !(layer instanceof Layer.ReLU || layer instanceof Layer.Dropout || layer instanceof Smooth))
                .findFirst()
                .filter(Layer.Dense.class::isInstance)
                .isPresent();
    }

    /** Weights whose rows are in the order of an image with its channels first. */
    private void channelsFirstRows(String name) {
        SafeTensors.Entry weight = network.parameters().get(name);
        int units = weight.shape().extent(1);
        int channels = flattened.extent(2);
        int area = flattened.size() / channels;
        float[] turned = new float[weight.elements().length];
        for (int p = 0; p < area; p++) {
            for (int c = 0; c < channels; c++) {
                System.arraycopy(weight.elements(), (p * channels + c) * units, turned, (c * area + p) * units, units);
            }
        }
        initializer(name, weight.shape().extents(), turned);
    }

    /** Where a kernel or window stands, and the attributes that say so. */
    private record Window(int height, int width, int stride, int padding) {
        WireMessage[] attributes() {
            return new WireMessage[] {
                numbers("kernel_shape", height, width),
                numbers("strides", stride, stride),
                numbers("pads", padding, padding, padding, padding)
            };
        }
    }

    /** Both branches from the same value, and in one order of axes where they meet. */
    private void residual(String at, String name, Residual residual, Shape input) {
        String start = value;
        boolean startsChannelsFirst = channelsFirst;
        layers(at, residual.block(), input);
        channelsLast();
        String ofBlock = value;
        value = start;
        channelsFirst = startsChannelsFirst;
        layers(at + "shortcut.", residual.shortcut(), input);
        if (channelsFirst) {
            node("Transpose", name + ".shortcut_channels_last", List.of(value), numbers("perm", TO_CHANNELS_LAST));
            channelsFirst = false;
        }
        node("Add", name, List.of(ofBlock, value));
    }

    /** GELU is no operator before opset 20: x (1 + erf(x / sqrt 2)) / 2. */
    private void smooth(String name, ActivationSpec.Kind kind) {
        String x = value;
        switch (kind) {
            case SIGMOID -> node("Sigmoid", name, List.of(x));
            case TANH -> node("Tanh", name, List.of(x));
            case SILU -> {
                node("Sigmoid", name + ".sigmoid", List.of(x));
                node("Mul", name, List.of(x, value));
            }
            case GELU -> {
                constant(name + ".sqrt2", (float) Math.sqrt(2));
                constant(name + ".one", 1);
                constant(name + ".half", 0.5f);
                node("Div", name + ".scaled", List.of(x, name + ".sqrt2"));
                node("Erf", name + ".erf", List.of(value));
                node("Add", name + ".twice", List.of(value, name + ".one"));
                node("Mul", name + ".distribution", List.of(value, name + ".half"));
                node("Mul", name, List.of(x, value));
            }
        }
    }

    private void constant(String name, float number) {
        initializer(name, new int[0], new float[] {number});
    }

    private void channelsFirst(String name) {
        if (!channelsFirst) {
            node("Transpose", name + ".channels_first", List.of(value), numbers("perm", TO_CHANNELS_FIRST));
            channelsFirst = true;
        }
    }

    /** @param groups of channels that meet no others: 1, or each channel alone */
    private void convolution(String name, Window window, int groups, boolean bias) {
        channelsFirst(name);
        String weight = name + ".weight";
        SafeTensors.Entry filter = network.parameters().get(weight);
        int[] extents = filter.shape().extents();
        int filters = extents[extents.length - 1];
        Shape shape = Shape.of(extents[0], extents[1], groups == 1 ? extents[2] : 1, filters);
        initializer(
                weight,
                new int[] {filters, shape.extent(2), extents[0], extents[1]},
                filtersFirst(shape, filter.elements()));
        List<WireMessage> attributes = new ArrayList<>(List.of(window.attributes()));
        if (groups > 1) {
            attributes.add(number("group", groups));
        }
        List<String> inputs = new ArrayList<>(List.of(value, weight));
        if (bias) {
            inputs.add(initializer(name + ".bias"));
        }
        node("Conv", name, inputs, attributes.toArray(WireMessage[]::new));
    }

    private void batchNorm(String name, BatchNorm norm) {
        List<String> inputs = new ArrayList<>(List.of(value));
        for (String tensor : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
            inputs.add(initializer(name + tensor));
        }
        node("BatchNormalization", name, inputs, number("epsilon", norm.epsilon()));
    }

    /** Height x width x channels x filters becomes filters x channels x height x width. */
    private static float[] filtersFirst(Shape shape, float[] elements) {
        int filters = shape.extent(3);
        int channels = shape.extent(2);
        int area = shape.extent(0) * shape.extent(1);
        float[] turned = new float[elements.length];
        for (int f = 0; f < filters; f++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < area; p++) {
                    turned[(f * channels + c) * area + p] = elements[(p * channels + c) * filters + f];
                }
            }
        }
        return turned;
    }

    private void channelsLast() {
        if (channelsFirst) {
            node("Transpose", value + ".channels_last", List.of(value), numbers("perm", TO_CHANNELS_LAST));
            channelsFirst = false;
        }
    }

    private void softmax(float temperature) {
        initializer("temperature", new int[0], new float[] {temperature});
        node("Div", "scaled_logits", List.of(value, "temperature"));
        node("Softmax", "probabilities", List.of(value), number("axis", 1));
    }

    private void node(String op, String output, List<String> inputs, WireMessage... attributes) {
        nodes.add(new Node(op, inputs, output, Arrays.asList(attributes)));
        value = output;
    }

    /** Gives the newest value another name. */
    private void rename(String name) {
        if (nodes.isEmpty()) {
            node("Identity", name, List.of(value));
        } else {
            Node last = nodes.removeLast();
            node(last.op(), name, last.inputs(), last.attributes().toArray(WireMessage[]::new));
        }
    }

    private String initializer(String name) {
        SafeTensors.Entry entry = network.parameters().get(name);
        initializer(name, entry.shape().extents(), entry.elements());
        return name;
    }

    private void initializer(String name, int[] extents, float[] elements) {
        graph.message(
                5,
                new WireMessage()
                        .numbers(1, extents)
                        .number(2, FLOAT)
                        .text(8, name)
                        .floats(9, elements));
    }

    private void model(String producerVersion) {
        graph.text(2, "retort");
        for (Node node : nodes) {
            WireMessage encoded = new WireMessage();
            node.inputs().forEach(input -> encoded.text(1, input));
            encoded.text(2, node.output()).text(3, node.output()).text(4, node.op());
            node.attributes().forEach(attribute -> encoded.message(5, attribute));
            graph.message(1, encoded);
        }
        model.number(1, IR_VERSION)
                .text(2, "retort")
                .text(3, producerVersion)
                .message(8, new WireMessage().text(1, "").number(2, OPSET))
                .message(7, graph);
        for (Map.Entry<String, String> named : network.metadata().entrySet()) {
            model.message(14, new WireMessage().text(1, named.getKey()).text(2, named.getValue()));
        }
    }

    /** Batch x the network's input or output. */
    private WireMessage valueInfo(String name) {
        Shape example = name.equals("input")
                ? network.architecture().input()
                : network.architecture().output();
        WireMessage shape = new WireMessage().message(1, new WireMessage().text(2, "batch"));
        for (int extent : example.extents()) {
            shape.message(1, new WireMessage().number(1, extent));
        }
        WireMessage tensor = new WireMessage().number(1, FLOAT).message(2, shape);
        return new WireMessage().text(1, name).message(2, new WireMessage().message(1, tensor));
    }

    private static WireMessage number(String attribute, int value) {
        return new WireMessage().text(1, attribute).number(3, value).number(20, 2);
    }

    private static WireMessage number(String attribute, float value) {
        return new WireMessage().text(1, attribute).number(2, value).number(20, 1);
    }

    private static WireMessage numbers(String attribute, int... values) {
        return new WireMessage().text(1, attribute).numbers(8, values).number(20, 7);
    }
}
