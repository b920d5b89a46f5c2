package retort.driver.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import retort.kernels.op.Shape;
import retort.nn.Layer;
import retort.nn.Pool2D;
import retort.nn.SafeTensors;

/**
 * Networks as {@code torch.onnx.export} writes them: images are batch x channels x height x width, filters outputs x
 * inputs x height x width, and dense weights outputs x inputs, channel by channel behind a flatten.
 */
public final class PyTorchFile {
    private static final int FLOAT = 1;

    private final TrainedNetwork network;
    private final WireMessage graph = new WireMessage();
    private String value = "input.1";
    private int nodes;

    private PyTorchFile(TrainedNetwork network) {
        this.network = network;
    }

    /** Of convolutions, ReLU, max pooling, flatten and dense layers; dropout is left out. */
    public static void write(TrainedNetwork network, Path file) throws IOException {
        PyTorchFile written = new PyTorchFile(network);
        written.graph();
        WireMessage model = new WireMessage()
                .number(1, 8)
                .text(2, "pytorch")
                .message(7, written.graph)
                .message(8, new WireMessage().text(1, "").number(2, 17));
        try (OutputStream out = Files.newOutputStream(file)) {
            model.writeTo(out);
        }
    }

    private void graph() {
        Shape shape = network.architecture().input();
        graph.message(11, info(value, shape.extent(2), shape.extent(0), shape.extent(1)));
        Shape image = shape;
        List<Layer> layers = network.architecture().layers();
        for (int i = 0; i < layers.size(); i++) {
            switch (layers.get(i)) {
                case Layer.Conv2D conv2d -> {
                    int[] pads = new int[4];
                    Arrays.fill(pads, conv2d.padding());
                    String weight = filters(i + ".conv2d.weight");
                    node(
                            "Conv",
                            List.of(value, weight, bias(i + ".conv2d.bias")),
                            ints("kernel_shape", conv2d.kernelHeight(), conv2d.kernelWidth()),
                            ints("strides", conv2d.stride(), conv2d.stride()),
                            ints("pads", pads));
                }
                case Layer.ReLU relu -> node("Relu", List.of(value));
                case Pool2D pool ->
                    node(
                            "MaxPool",
                            List.of(value),
                            ints("kernel_shape", pool.kernelHeight(), pool.kernelWidth()),
                            ints("strides", pool.stride(), pool.stride()));
                case Layer.Flatten flatten -> node("Flatten", List.of(value), number("axis", 1));
                case Layer.Dense dense -> {
                    String weight = matrix(i + ".dense.weight", image);
                    node("Gemm", List.of(value, weight, bias(i + ".dense.bias")), number("transB", 1));
                    image = Shape.of(1, dense.units(), 1);
                }
                case Layer.Dropout dropout -> {}
                default -> throw new IllegalArgumentException(layers.get(i).text());
            }
            shape = layers.get(i).outputShape(shape);
            image = shape.rank() == 3 ? shape : image;
        }
        graph.message(12, info(value, shape.size()));
    }

    private String filters(String name) {
        SafeTensors.Entry entry = network.parameters().get(name);
        int[] e = entry.shape().extents();
        return tensor(name, turned(entry.elements(), e[0] * e[1], e[2], e[3]), e[3], e[2], e[0], e[1]);
    }

    /** @param image that the inputs are of */
    private String matrix(String name, Shape image) {
        SafeTensors.Entry entry = network.parameters().get(name);
        int outputs = entry.shape().extent(1);
        int places = image.extent(0) * image.extent(1);
        float[] turned = turned(entry.elements(), places, image.extent(2), outputs);
        return tensor(name, turned, outputs, image.size());
    }

    /** places x inputs x outputs becomes outputs x inputs x places. */
    private static float[] turned(float[] ours, int places, int inputs, int outputs) {
        float[] turned = new float[ours.length];
        for (int i = 0; i < ours.length; i++) {
            int output = i % outputs;
            int input = i / outputs % inputs;
            turned[(output * inputs + input) * places + i / outputs / inputs] = ours[i];
        }
        return turned;
    }

    private String bias(String name) {
        SafeTensors.Entry entry = network.parameters().get(name);
        return tensor(name, entry.elements(), entry.elements().length);
    }

    private String tensor(String name, float[] elements, int... extents) {
        graph.message(
                5,
                new WireMessage()
                        .numbers(1, extents)
                        .number(2, FLOAT)
                        .text(8, name)
                        .floats(9, elements));
        return name;
    }

    private void node(String op, List<String> inputs, WireMessage... attributes) {
        WireMessage node = new WireMessage();
        inputs.forEach(input -> node.text(1, input));
        value = "value." + ++nodes;
        node.text(2, value).text(3, "/" + op + "_" + nodes).text(4, op);
        Arrays.stream(attributes).forEach(attribute -> node.message(5, attribute));
        graph.message(1, node);
    }

    private static WireMessage number(String attribute, int value) {
        return new WireMessage().text(1, attribute).number(3, value).number(20, 2);
    }

    private static WireMessage ints(String attribute, int... values) {
        return new WireMessage().text(1, attribute).numbers(8, values).number(20, 7);
    }

    private static WireMessage info(String name, int... example) {
        WireMessage shape = new WireMessage().message(1, new WireMessage().text(2, "batch"));
        for (int extent : example) {
            shape.message(1, new WireMessage().number(1, extent));
        }
        WireMessage tensor = new WireMessage().number(1, FLOAT).message(2, shape);
        return new WireMessage().text(1, name).message(2, new WireMessage().message(1, tensor));
    }
}
