package retort.nn;

import retort.kernels.op.ActivationSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Shape;

/**
 * One layer of an architecture: what it is, not its numbers. Shapes here are of one example, without the batch. The
 * text form, for example {@code dense 1200}, is what model files hold; {@link #parse} reads it.
 */
public sealed interface Layer
        permits Layer.Conv2D,
                Layer.Dense,
                Layer.Dropout,
                Layer.Flatten,
                Layer.ReLU,
                BatchNorm,
                DepthwiseConv2D,
                GlobalAveragePool2D,
                OwnLayer,
                Pool2D,
                Residual,
                Smooth {
    /**
     * The shape of an example after this layer.
     *
     * @throws IllegalArgumentException if the layer can't follow an example of this shape
     */
    Shape outputShape(Shape input);

    /** The text form. */
    String text();

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it isn't one
     */
    static Layer parse(String text) {
        String[] words = text.split(" ", 2);
        try {
            return words.length == 1 ? parsePlain(words[0]) : parse(words[0], words[1], text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no layer '" + text
                    + "', expected one such as 'dense 100', 'conv2d 32 3x3', 'conv2d 32 3x3 stride 2 padding 1', 'relu',"
                    + " 'dropout 0.5' or 'flatten'; also 'max-pool2d 2x2', 'average-pool2d 2x2',"
                    + " 'global-average-pool2d', 'depthwise-conv2d 3x3', 'batchnorm', 'sigmoid', 'tanh', 'gelu', 'silu'"
                    + " and 'residual [conv2d 8 3x3 stride 1 padding 1, relu]'");
        }
    }

    private static Layer parsePlain(String text) {
        return switch (text) {
            case "relu" -> new ReLU();
            case "flatten" -> new Flatten();
            case "sigmoid" -> new Smooth(ActivationSpec.Kind.SIGMOID);
            case "tanh" -> new Smooth(ActivationSpec.Kind.TANH);
            case "gelu" -> new Smooth(ActivationSpec.Kind.GELU);
            case "silu" -> new Smooth(ActivationSpec.Kind.SILU);
            case BatchNorm.NAME -> new BatchNorm();
            case GlobalAveragePool2D.TEXT -> new GlobalAveragePool2D();
            default -> throw new NumberFormatException(text);
        };
    }

    private static Layer parse(String name, String rest, String text) {
        return switch (name) {
            case "dense" -> new Dense(Integer.parseInt(rest));
            case "dropout" -> new Dropout(Float.parseFloat(rest));
            case "conv2d" -> Conv2D.parse(rest);
            case BatchNorm.NAME -> BatchNorm.parse(rest);
            case DepthwiseConv2D.NAME -> DepthwiseConv2D.parse(rest);
            case Pool2D.MAX -> Pool2D.parse(Pool2dSpec.Kind.MAX, rest);
            case Pool2D.AVERAGE -> Pool2D.parse(Pool2dSpec.Kind.AVERAGE, rest);
            case Residual.NAME -> Residual.parse(text);
            default -> throw new NumberFormatException(text);
        };
    }

    /** Trained values of this layer behind an example of this shape. */
    default long parameterCount(Shape input) {
        return 0;
    }

    /**
     * Two-dimensional convolution over height x width x channels. The filter is kernelHeight x kernelWidth x channels x
     * filters; see {@link retort.kernels.op.Conv2dSpec}.
     *
     * @param bias whether a number is added to what each filter gives; needless before a batch normalisation
     */
    record Conv2D(int filters, int kernelHeight, int kernelWidth, int stride, int padding, boolean bias)
            implements Layer {
        private static final String NAME = "conv2d";
        private static final String NO_BIAS = " no-bias";

        public Conv2D {
            Require.positive(NAME, "filters", filters);
            new Window(NAME, kernelHeight, kernelWidth, stride, padding);
        }

        static Conv2D parse(String text) {
            boolean bias = !text.endsWith(NO_BIAS);
            String sizes = bias ? text : text.substring(0, text.length() - NO_BIAS.length());
            String[] words = sizes.split(" ", 2);
            Window window = Window.parse(NAME, words[words.length - 1], false);
            return new Conv2D(
                    Integer.parseInt(words[0]),
                    window.height(),
                    window.width(),
                    window.stride(),
                    window.padding(),
                    bias);
        }

        private Window window() {
            return new Window(NAME, kernelHeight, kernelWidth, stride, padding);
        }

        /** With bias. */
        public Conv2D(int filters, int kernelHeight, int kernelWidth, int stride, int padding) {
            this(filters, kernelHeight, kernelWidth, stride, padding, true);
        }

        /** Stride 1, no padding, with bias. */
        public Conv2D(int filters, int kernelHeight, int kernelWidth) {
            this(filters, kernelHeight, kernelWidth, 1, 0);
        }

        /** The same with a bias, or without. */
        public Conv2D with(boolean newBias) {
            return new Conv2D(filters, kernelHeight, kernelWidth, stride, padding, newBias);
        }

        @Override
        public Shape outputShape(Shape input) {
            return window().outputShape(input, filters);
        }

        @Override
        public long parameterCount(Shape input) {
            return ((long) kernelHeight * kernelWidth * input.extent(2) + (bias ? 1 : 0)) * filters;
        }

        @Override
        public String text() {
            return NAME + " " + filters + " " + window().text(false) + (bias ? "" : NO_BIAS);
        }
    }

    /** y = x W + b over flat examples; W is inputs x units. */
    record Dense(int units) implements Layer {
        public Dense {
            Require.positive("dense", "units", units);
        }

        @Override
        public Shape outputShape(Shape input) {
            if (input.rank() != 1) {
                throw new IllegalArgumentException("dense: needs flat examples, got " + input + " (flatten first)");
            }
            return Shape.of(units);
        }

        @Override
        public long parameterCount(Shape input) {
            return (input.size() + 1L) * units;
        }

        @Override
        public String text() {
            return "dense " + units;
        }
    }

    /** y = max(x, 0). */
    record ReLU() implements Layer {
        @Override
        public Shape outputShape(Shape input) {
            return input;
        }

        @Override
        public String text() {
            return "relu";
        }
    }

    /**
     * While training, zeroes this share of the elements and scales up the rest; see
     * {@link retort.kernels.op.DropoutSpec}.
     */
    record Dropout(float rate) implements Layer {
        public Dropout {
            Require.fraction("dropout", "rate", rate);
        }

        @Override
        public Shape outputShape(Shape input) {
            return input;
        }

        @Override
        public String text() {
            return "dropout " + rate;
        }
    }

    /** Any example as one row of elements, in row-major order; costs nothing. */
    record Flatten() implements Layer {
        @Override
        public Shape outputShape(Shape input) {
            return Shape.of(input.size());
        }

        @Override
        public String text() {
            return "flatten";
        }
    }
}
