package retort.driver.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import retort.kernels.op.Shape;
import retort.nn.Layer;
import retort.nn.SafeTensors;

/**
 * A network as an ONNX model: "input" is batch x the network's input, as everywhere in Retort height x width x channels
 * for images; "logits" is batch x its output. The batch is of any size. Convolutions are done on channels x height x
 * width, with a Transpose before and after; dropout, which predictions leave out, is left out.
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
        List<Layer> layers = network.architecture().layers();
        for (int i = 0; i < layers.size(); i++) {
            String name = i + "." + layers.get(i).text().split(" ")[0];
            switch (layers.get(i)) {
                case Layer.Conv2D conv2d -> conv2d(i, name, conv2d);
                case Layer.Dense dense -> {
                    String weight = initializer(i + ".dense.weight");
                    node("Gemm", name, List.of(value, weight, initializer(i + ".dense.bias")));
                }
                case Layer.ReLU relu -> node("Relu", name, List.of(value));
                case Layer.Flatten flatten -> {
                    channelsLast();
                    node("Flatten", name, List.of(value), number("axis", 1));
                }
                case Layer.Dropout dropout -> {
                    // Predictions are made without it.
                }
            }
        }
        channelsLast();
    }

    private void conv2d(int layer, String name, Layer.Conv2D conv2d) {
        if (!channelsFirst) {
            node("Transpose", name + ".channels_first", List.of(value), numbers("perm", TO_CHANNELS_FIRST));
            channelsFirst = true;
        }
        String weight = layer + ".conv2d.weight";
        SafeTensors.Entry filter = network.parameters().get(weight);
        int[] extents = filter.shape().extents();
        initializer(
                weight,
                new int[] {extents[3], extents[2], extents[0], extents[1]},
                filtersFirst(filter.shape(), filter.elements()));
        int padding = conv2d.padding();
        node(
                "Conv",
                name,
                List.of(value, weight, initializer(layer + ".conv2d.bias")),
                numbers("kernel_shape", conv2d.kernelHeight(), conv2d.kernelWidth()),
                numbers("strides", conv2d.stride(), conv2d.stride()),
                numbers("pads", padding, padding, padding, padding));
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

    private static WireMessage numbers(String attribute, int... values) {
        return new WireMessage().text(1, attribute).numbers(8, values).number(20, 7);
    }
}
