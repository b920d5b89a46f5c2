package retort.nn;

import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Pool2dSpec.Kind;
import retort.kernels.op.Shape;

/**
 * The largest element or the mean under a window that is swept over height x width x channels, channel by channel; see
 * {@link Pool2dSpec}. Text forms: {@code max-pool2d 2x2}, with windows side by side, {@code average-pool2d 3x3 stride 2
 * padding 1}.
 */
public record Pool2D(Kind kind, int kernelHeight, int kernelWidth, int stride, int padding) implements Layer {
    static final String MAX = "max-pool2d";
    static final String AVERAGE = "average-pool2d";

    public Pool2D {
        new Window(name(kind), kernelHeight, kernelWidth, stride, padding);
    }

    /** Largest elements of windows of kernel x kernel side by side. */
    public static Pool2D max(int kernel) {
        return new Pool2D(Kind.MAX, kernel, kernel, kernel, 0);
    }

    /** Means of windows of kernel x kernel side by side. */
    public static Pool2D average(int kernel) {
        return new Pool2D(Kind.AVERAGE, kernel, kernel, kernel, 0);
    }

    static Pool2D parse(Kind kind, String text) {
        Window window = Window.parse(name(kind), text, true);
        return new Pool2D(kind, window.height(), window.width(), window.stride(), window.padding());
    }

    private static String name(Kind kind) {
        return switch (kind) {
            case MAX -> MAX;
            case AVERAGE -> AVERAGE;
        };
    }

    private Window window() {
        return new Window(name(kind), kernelHeight, kernelWidth, stride, padding);
    }

    @Override
    public Shape outputShape(Shape input) {
        return window().outputShape(Window.requireImage(name(kind), input), input.extent(2));
    }

    @Override
    public String text() {
        return name(kind) + " " + window().text(true);
    }

    /** The op for a batch of images of this shape. */
    Pool2dSpec spec(int batch, Shape input) {
        return new Pool2dSpec(
                kind,
                retort.kernels.op.Pass.FORWARD,
                batch,
                input.extent(0),
                input.extent(1),
                input.extent(2),
                kernelHeight,
                kernelWidth,
                stride,
                padding);
    }
}
