package retort.nn;

import retort.kernels.op.Shape;

/** The mean of each channel of an image: height x width x channels become channels values. */
public record GlobalAveragePool2D() implements Layer {
    static final String TEXT = "global-average-pool2d";

    @Override
    public Shape outputShape(Shape input) {
        return Shape.of(Window.requireImage(TEXT, input).extent(2));
    }

    @Override
    public String text() {
        return TEXT;
    }
}
