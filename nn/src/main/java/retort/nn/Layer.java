package retort.nn;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.kernels.op.Shape;

/**
 * One layer of an architecture: what it is, not its numbers. Shapes here are of one example, without the batch. The
 * text form, for example {@code dense 1200}, is what model files hold; {@link #parse} reads it.
 */
public sealed interface Layer {
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
        Matcher conv2d = Conv2D.TEXT.matcher(text);
        try {
            if (conv2d.matches()) {
                boolean plain = conv2d.group(4) == null;
                return new Conv2D(
                        Integer.parseInt(conv2d.group(1)),
                        Integer.parseInt(conv2d.group(2)),
                        Integer.parseInt(conv2d.group(3)),
                        plain ? 1 : Integer.parseInt(conv2d.group(4)),
                        plain ? 0 : Integer.parseInt(conv2d.group(5)));
            }
            String[] words = text.split(" ");
            switch (words[0] + " " + words.length) {
                case "dense 2":
                    return new Dense(Integer.parseInt(words[1]));
                case "dropout 2":
                    return new Dropout(Float.parseFloat(words[1]));
                case "relu 1":
                    return new ReLU();
                case "flatten 1":
                    return new Flatten();
                default:
            }
        } catch (NumberFormatException e) {
            // Refused below, like a layer that there is none of.
        }
        throw new IllegalArgumentException("no layer '" + text
                + "', expected one such as 'dense 100', 'conv2d 32 3x3', 'conv2d 32 3x3 stride 2 padding 1', 'relu',"
                + " 'dropout 0.5' or 'flatten'");
    }

    /** Trained values of this layer behind an example of this shape. */
    default long parameterCount(Shape input) {
        return 0;
    }

    /**
     * Two-dimensional convolution with bias over height x width x channels. The filter is kernelHeight x kernelWidth x
     * channels x filters; see {@link retort.kernels.op.Conv2dSpec}.
     */
    record Conv2D(int filters, int kernelHeight, int kernelWidth, int stride, int padding) implements Layer {
        private static final Pattern TEXT =
                Pattern.compile("conv2d (\\d+) (\\d+)x(\\d+)(?: stride (\\d+) padding (\\d+))?");

        public Conv2D {
            Require.positive("conv2d", "filters", filters);
            Require.positive("conv2d", "kernel height", kernelHeight);
            Require.positive("conv2d", "kernel width", kernelWidth);
            Require.positive("conv2d", "stride", stride);
            if (padding < 0 || padding >= Math.min(kernelHeight, kernelWidth)) {
                throw new IllegalArgumentException(
                        "conv2d: padding must be 0 or more and less than the kernel's size, got " + padding + " with a "
                                + kernelHeight + " x " + kernelWidth + " kernel");
            }
        }

        /** Stride 1, no padding. */
        public Conv2D(int filters, int kernelHeight, int kernelWidth) {
            this(filters, kernelHeight, kernelWidth, 1, 0);
        }

        @Override
        public Shape outputShape(Shape input) {
            if (input.rank() != 3) {
                throw new IllegalArgumentException("conv2d: needs height x width x channels, got " + input);
            }
            return Shape.of(
                    out("height", input.extent(0), kernelHeight), out("width", input.extent(1), kernelWidth), filters);
        }

        private int out(String name, int extent, int kernel) {
            if (extent + 2 * padding < kernel) {
                throw new IllegalArgumentException("conv2d: a kernel of " + name + " " + kernel + " does not fit "
                        + extent + " with padding " + padding);
            }
            return (extent + 2 * padding - kernel) / stride + 1;
        }

        @Override
        public long parameterCount(Shape input) {
            return ((long) kernelHeight * kernelWidth * input.extent(2) + 1) * filters;
        }

        @Override
        public String text() {
            String step = stride == 1 && padding == 0 ? "" : " stride " + stride + " padding " + padding;
            return "conv2d " + filters + " " + kernelHeight + "x" + kernelWidth + step;
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
