package retort.nn;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.kernels.op.Shape;

/** A window that a layer sweeps over height x width x channels, and its text form, {@code 3x3 stride 2 padding 1}. */
record Window(String layer, int height, int width, int stride, int padding) {
    private static final Pattern TEXT = Pattern.compile("(\\d+)x(\\d+)(?: stride (\\d+) padding (\\d+))?");

    Window {
        Require.positive(layer, "kernel height", height);
        Require.positive(layer, "kernel width", width);
        Require.positive(layer, "stride", stride);
        if (padding < 0 || padding >= Math.min(height, width)) {
            throw new IllegalArgumentException(
                    layer + ": padding must be 0 or more and less than the kernel's size, got " + padding + " with a "
                            + height + " x " + width + " kernel");
        }
    }

    /**
     * Reads the text form.
     *
     * @param side whether windows lie side by side where no stride is given; else it is 1
     * @throws IllegalArgumentException if it isn't one
     */
    static Window parse(String layer, String text, boolean side) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new NumberFormatException(text);
        }
        int height = Integer.parseInt(matcher.group(1));
        int width = Integer.parseInt(matcher.group(2));
        boolean plain = matcher.group(3) == null;
        int stride = plain ? side ? Math.max(height, width) : 1 : Integer.parseInt(matcher.group(3));
        return new Window(layer, height, width, stride, plain ? 0 : Integer.parseInt(matcher.group(4)));
    }

    String text(boolean side) {
        boolean plain = padding == 0 && stride == (side ? Math.max(height, width) : 1);
        return height + "x" + width + (plain ? "" : " stride " + stride + " padding " + padding);
    }

    Shape outputShape(Shape input, int channels) {
        return Shape.of(
                out("height", requireImage(layer, input).extent(0), height),
                out("width", input.extent(1), width),
                channels);
    }

    static Shape requireImage(String layer, Shape input) {
        if (input.rank() != 3) {
            throw new IllegalArgumentException(layer + ": needs height x width x channels, got " + input);
        }
        return input;
    }

    private int out(String name, int extent, int kernel) {
        if (extent + 2 * padding < kernel) {
            throw new IllegalArgumentException(layer + ": a kernel of " + name + " " + kernel + " does not fit "
                    + extent + " with padding " + padding);
        }
        return (extent + 2 * padding - kernel) / stride + 1;
    }
}
