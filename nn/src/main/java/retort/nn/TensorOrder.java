package retort.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.op.Shape;

/** How a layer's weights lie where channels come first and outputs before inputs. */
sealed interface TensorOrder {
    /** The shape of the weights there. */
    Shape theirs();

    /** Elements of the bias. */
    int outputs();

    /** Whether our layer has a bias. */
    default boolean bias() {
        return true;
    }

    /** The same elements in the order that our layer has them. */
    float[] ours(float[] elements);

    /**
     * Those of all layers with weights, by what their parameters' names begin with.
     *
     * @throws IllegalArgumentException if a flattened image, whose elements have another order there, meets other than
     *     the inputs of a dense layer
     */
    static Map<String, TensorOrder> of(Architecture architecture) {
        Map<String, TensorOrder> orders = new LinkedHashMap<>();
        Walk walk = new Walk(orders);
        walk.layers("", architecture.layers(), architecture.input());
        walk.requireNoImage("the network's output");
        return orders;
    }

    /** outputs x inputs x height x width becomes height x width x inputs x outputs. */
    record Filters(int height, int width, int inputs, int outputs, boolean bias) implements TensorOrder {
        @Override
        public Shape theirs() {
            return Shape.of(outputs, inputs, height, width);
        }

        @Override
        public float[] ours(float[] elements) {
            int area = height * width;
            float[] ours = new float[elements.length];
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    for (int p = 0; p < area; p++) {
                        ours[(p * inputs + i) * outputs + o] = elements[(o * inputs + i) * area + p];
                    }
                }
            }
            return ours;
        }
    }

    /** channels x 1 x height x width becomes height x width x channels. */
    record Depthwise(int height, int width, int outputs) implements TensorOrder {
        @Override
        public Shape theirs() {
            return Shape.of(outputs, 1, height, width);
        }

        @Override
        public float[] ours(float[] elements) {
            return new Filters(height, width, 1, outputs, true).ours(elements);
        }
    }

    /**
     * outputs x inputs becomes inputs x outputs.
     *
     * @param image that the inputs were before a flatten, whose channels come first there
     */
    record Matrix(int inputs, int outputs, Optional<Shape> image) implements TensorOrder {
        @Override
        public Shape theirs() {
            return Shape.of(outputs, inputs);
        }

        @Override
        public float[] ours(float[] elements) {
            int channels = image.map(shape -> shape.extent(2)).orElse(1);
            int area = inputs / channels;
            // What a filter as large as the image would be.
            return new Filters(1, area, channels, outputs, true).ours(elements);
        }
    }

    /** One number a channel, which running statistics are too. */
    record Channels(int outputs) implements TensorOrder {
        @Override
        public Shape theirs() {
            return Shape.of(outputs);
        }

        @Override
        public float[] ours(float[] elements) {
            return elements;
        }
    }

    /** Goes through layers and knows where a flattened image is. */
    final class Walk {
        private final Map<String, TensorOrder> orders;
        private Optional<Shape> image = Optional.empty();

        private Walk(Map<String, TensorOrder> orders) {
            this.orders = orders;
        }

        private Shape layers(String prefix, List<Layer> layers, Shape input) {
            Shape shape = input;
            for (int i = 0; i < layers.size(); i++) {
                layer(prefix + i + ".", layers.get(i), shape);
                shape = layers.get(i).outputShape(shape);
            }
            return shape;
        }

        private void layer(String at, Layer layer, Shape shape) {
            switch (layer) {
                case Layer.Conv2D conv2d ->
                    orders.put(
                            at + "conv2d",
                            new Filters(
                                    conv2d.kernelHeight(),
                                    conv2d.kernelWidth(),
                                    shape.extent(2),
                                    conv2d.filters(),
                                    conv2d.bias()));
                case BatchNorm norm -> {
                    requireNoImage("a batch normalisation");
                    orders.put(at + BatchNorm.NAME, new Channels(BatchNorm.channels(shape)));
                }
                case DepthwiseConv2D conv2d ->
                    orders.put(
                            at + DepthwiseConv2D.NAME,
                            new Depthwise(conv2d.kernelHeight(), conv2d.kernelWidth(), shape.extent(2)));
                case Layer.Dense dense -> {
                    orders.put(at + "dense", new Matrix(shape.size(), dense.units(), image));
                    image = Optional.empty();
                }
                case Layer.Flatten flatten -> {
                    if (shape.rank() == 3) {
                        image = Optional.of(shape);
                    }
                }
                case Residual residual -> {
                    requireNoImage("a residual block");
                    layers(at, residual.block(), shape);
                    requireNoImage("a sum");
                    layers(at + "shortcut.", residual.shortcut(), shape);
                    requireNoImage("a sum");
                }
                case Layer.ReLU relu -> {}
                case Layer.Dropout dropout -> {}
                case Smooth smooth -> {}
                case Pool2D pool -> {}
                case OwnLayer own -> requireNoImage("'" + own.text() + "'");
                case GlobalAveragePool2D pool -> {}
            }
        }

        /** Of one channel or one place its order is the same. */
        private void requireNoImage(String where) {
            if (image.filter(shape -> shape.extent(2) > 1 && shape.size() > shape.extent(2))
                    .isPresent()) {
                throw new IllegalArgumentException("state dict: a flattened image of " + image.get() + " reaches "
                        + where + ", expected a dense layer that takes it");
            }
        }
    }
}
