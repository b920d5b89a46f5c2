package retort.driver.image;

import java.util.Arrays;
import retort.kernels.op.Shape;

/**
 * An image as models take it.
 *
 * @param shape height x width x channels
 * @param pixels row-major, 0 to 1
 */
public record PreparedImage(Shape shape, float[] pixels) {
    /** @throws IllegalArgumentException if there are not as many pixels as the shape has */
    public PreparedImage {
        if (shape.rank() != 3 || pixels.length != shape.size()) {
            throw new IllegalArgumentException("image: " + pixels.length + " pixels, expected those of " + shape);
        }
    }

    public int height() {
        return shape.extent(0);
    }

    public int width() {
        return shape.extent(1);
    }

    /** 0 to 1: the mean over the channels. */
    public float level(int x, int y) {
        int channels = shape.extent(2);
        float sum = 0;
        for (int c = 0; c < channels; c++) {
            sum += pixels[(y * width() + x) * channels + c];
        }
        return sum / channels;
    }

    /** A row of a grey one. */
    public float[] row(int y) {
        return Arrays.copyOfRange(pixels, y * width(), (y + 1) * width());
    }

    /** In grey and of another size. */
    public PreparedImage grey(int toHeight, int toWidth) {
        float[] levels = new Area(0, 0, width(), height()).averaged(this::level, toWidth, toHeight);
        return new PreparedImage(Shape.of(toHeight, toWidth, 1), levels);
    }
}
