package retort.driver.image;

import java.util.List;
import java.util.Locale;
import retort.driver.data.BadDataException;
import retort.kernels.op.Shape;

/** How an image of any size becomes one that models take. */
public enum Preparation {
    /** As MNIST's were: its ink is cropped, scaled into 20 x 20 and centred by its mass in 28 x 28. */
    DIGIT {
        @Override
        PreparedImage of(List<GrayImage> channels, Shape shape, String name) {
            return new PreparedImage(DIGITS, Digit.of(channels.getFirst(), name));
        }
    },
    /**
     * Levels as they are: what the longer side has beyond the shape's aspect is cut off at both ends, and the rest
     * scaled by averaging areas.
     */
    WHOLE {
        @Override
        PreparedImage of(List<GrayImage> channels, Shape shape, String name) {
            int height = shape.extent(0);
            int width = shape.extent(1);
            GrayImage first = channels.getFirst();
            Area middle = Area.middle(first.width(), first.height(), width, height);
            float[] pixels = new float[shape.size()];
            for (int c = 0; c < channels.size(); c++) {
                GrayImage channel = channels.get(c);
                float[] scaled = middle.averaged((x, y) -> channel.level(x, y) / 255f, width, height);
                for (int p = 0; p < scaled.length; p++) {
                    pixels[p * channels.size() + c] = scaled[p];
                }
            }
            return new PreparedImage(shape, pixels);
        }
    };

    /** The shape of images that {@link #DIGIT} makes. */
    public static final Shape DIGITS = Shape.of(Digit.SIDE, Digit.SIDE, 1);

    /** For people. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param channels one or three of the same size */
    abstract PreparedImage of(List<GrayImage> channels, Shape shape, String name);

    /**
     * Prepares an image from a file or request.
     *
     * @param shape height x width x channels, of which there is one, or red, green and blue
     * @param name of the image, for messages
     * @throws BadDataException if it is no image, damaged or too large, or nothing stands out in a digit
     */
    public PreparedImage of(ImageFile file, byte[] bytes, Shape shape, String name) {
        return of(file.decode(name, bytes, shape.extent(2)), shape, name);
    }
}
