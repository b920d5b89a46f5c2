package retort.driver.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Images that are quickly learned, and that say themselves what they are: each class is a pattern of its own under a
 * little noise, and the first three pixels hold the label and the image's number.
 */
public final class SyntheticSet {
    public static final int SIDE = 28;
    public static final int PIXELS = SIDE * SIDE;

    private static final int BRIGHT = 160;
    private static final int NOISE = 64;

    private SyntheticSet() {}

    /** Labels 0 to 9, over and over. */
    public static ImageSet images(int count) {
        return new ImageSet(SIDE, SIDE, pixels(count), labels(count));
    }

    public static Dataset dataset(int train, int test) {
        return new Dataset("synthetic", images(train), images(test));
    }

    /** A folder of the four IDX files. */
    public static Path write(Path folder, int train, int test) throws IOException {
        Files.createDirectories(folder);
        write(folder, "train", train);
        write(folder, "t10k", test);
        return folder;
    }

    private static void write(Path folder, String part, int count) throws IOException {
        Files.write(
                folder.resolve(part + "-images-idx3-ubyte"), concat(IdxBytes.header(count, SIDE, SIDE), pixels(count)));
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), concat(IdxBytes.header(count), labels(count)));
    }

    public static byte[] pixels(int count) {
        byte[] pixels = new byte[count * PIXELS];
        Random noise = new Random(28);
        for (int i = 0; i < count; i++) {
            int label = label(i);
            Random pattern = new Random(label);
            for (int p = 0; p < PIXELS; p++) {
                int value = (pattern.nextBoolean() ? BRIGHT : 0) + noise.nextInt(NOISE);
                pixels[i * PIXELS + p] = (byte) value;
            }
            pixels[i * PIXELS] = (byte) label;
            pixels[i * PIXELS + 1] = (byte) (i % 256);
            pixels[i * PIXELS + 2] = (byte) (i / 256);
        }
        return pixels;
    }

    public static byte[] labels(int count) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) label(i);
        }
        return labels;
    }

    private static int label(int i) {
        return i % ImageSet.CLASSES;
    }

    /** The label that image {@code b} of a batch of scaled pixels was made with. */
    public static int labelIn(float[] batch, int b) {
        return pixel(batch, b, 0);
    }

    /** The number that image {@code b} of a batch of scaled pixels was made with. */
    public static int numberIn(float[] batch, int b) {
        return pixel(batch, b, 1) + 256 * pixel(batch, b, 2);
    }

    private static int pixel(float[] batch, int b, int p) {
        return Math.round(255 * batch[b * PIXELS + p]);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
