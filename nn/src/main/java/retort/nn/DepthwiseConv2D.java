package retort.nn;

import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.Shape;

/**
 * Two-dimensional convolution with bias in which each channel has a filter of its own; the filter is kernelHeight x
 * kernelWidth x channels. See {@link DepthwiseConv2dSpec}. Text form: {@code depthwise-conv2d 3x3 stride 1 padding 1}.
 */
public record DepthwiseConv2D(int kernelHeight, int kernelWidth, int stride, int padding) implements Layer {
    static final String NAME = "depthwise-conv2d";

    public DepthwiseConv2D {
        new Window(NAME, kernelHeight, kernelWidth, stride, padding);
    }

    static DepthwiseConv2D parse(String text) {
        Window window = Window.parse(NAME, text, false);
        return new DepthwiseConv2D(window.height(), window.width(), window.stride(), window.padding());
    }

    private Window window() {
        return new Window(NAME, kernelHeight, kernelWidth, stride, padding);
    }

    @Override
    public Shape outputShape(Shape input) {
        return window().outputShape(Window.requireImage(NAME, input), input.extent(2));
    }

    @Override
    public long parameterCount(Shape input) {
        return ((long) kernelHeight * kernelWidth + 1) * input.extent(2);
    }

    @Override
    public String text() {
        return NAME + " " + window().text(false);
    }
}
