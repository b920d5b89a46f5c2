package retort.driver.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import retort.kernels.op.Shape;

/**
 * Labelled images of one shape, height x width x channels, row-major. Immutable, as long as the file is that some sets
 * are read from; what can't be read of it any more is a {@link BadDataException}.
 */
public final class ImageSet {
    /** Those of MNIST and of sets made like it. */
    public static final int CLASSES = 10;

    public static final int MOST_CLASSES = 1000;

    private final int size;
    private final Shape shape;
    private final int classes;
    private final Pixels pixels;
    private final short[] labels;

    /**
     * @param shape of one image, height x width x channels
     * @param pixels image after image, kept and not copied
     * @param labels one per image, 0 to {@code classes - 1}
     * @throws IllegalArgumentException if there are no images, not as many pixels as the labels need, or other labels
     */
    public ImageSet(Shape shape, Pixels pixels, int[] labels, int classes) {
        if (shape.rank() != 3 || labels.length < 1) {
            throw new IllegalArgumentException("image set: " + labels.length + " images of " + shape
                    + ", expected one or more of height x width x channels");
        }
        if (classes < 2 || classes > MOST_CLASSES) {
            throw new IllegalArgumentException("image set: " + classes + " classes, expected 2 to " + MOST_CLASSES);
        }
        if (pixels.length() != (long) labels.length * shape.size()) {
            throw new IllegalArgumentException(
                    "image set: " + pixels.length() + " pixels, expected " + labels.length + " images of " + shape);
        }
        this.labels = new short[labels.length];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        "image set: label " + labels[i] + ", expected 0 to " + (classes - 1));
            }
            this.labels[i] = (short) labels[i];
        }
        this.size = labels.length;
        this.shape = shape;
        this.classes = classes;
        this.pixels = pixels;
    }

    /** Grey images of {@link #CLASSES} classes, a byte (0 to 255) per pixel. */
    public ImageSet(int height, int width, byte[] levels, byte[] labels) {
        this(grey(height, width), new Pixels.Bytes(levels), unsigned(labels), CLASSES);
    }

    private static Shape grey(int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "image set: height and width must be positive, got " + height + " x " + width);
        }
        return Shape.of(height, width, 1);
    }

    private static int[] unsigned(byte[] labels) {
        int[] wide = new int[labels.length];
        Arrays.setAll(wide, i -> Byte.toUnsignedInt(labels[i]));
        return wide;
    }

    private ImageSet(ImageSet whole, int size) {
        this.size = size;
        this.shape = whole.shape;
        this.classes = whole.classes;
        this.pixels = whole.pixels;
        this.labels = whole.labels;
    }

    /** Tells this set from others: CRC-32 of all pixels and labels. */
    public long checksum() {
        CRC32 crc = new CRC32();
        show(crc::update);
        return crc.getValue();
    }

    /** The same for those who may lie: SHA-256, in hexadecimal, of the images' shape, all pixels and labels. */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(shape.toString().getBytes(StandardCharsets.UTF_8));
            show(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Labels as bytes, where these have room for all classes. */
    private void show(Consumer<ByteBuffer> to) {
        pixels.show(numbers(), to);
        boolean narrow = classes <= 1 << Byte.SIZE;
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(size, narrow ? 1 : Short.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            if (narrow) {
                bytes.put((byte) labels[i]);
            } else {
                bytes.putShort(labels[i]);
            }
        }
        to.accept(bytes.flip());
    }

    /** Number of images. */
    public int size() {
        return size;
    }

    /** Of one image: height x width x channels. */
    public Shape shape() {
        return shape;
    }

    public int height() {
        return shape.extent(0);
    }

    public int width() {
        return shape.extent(1);
    }

    /** 1 for grey, 3 for red, green and blue. */
    public int channels() {
        return shape.extent(2);
    }

    /** Labels are 0 to {@code classes() - 1}. */
    public int classes() {
        return classes;
    }

    /** Numbers of one image. */
    public int pixels() {
        return shape.size();
    }

    private long numbers() {
        return (long) size * pixels();
    }

    /** Bytes that pixels and labels take in memory. */
    public long bytes() {
        return pixels.bytes(numbers()) + (long) Short.BYTES * size;
    }

    /** Bytes of the images in the file that they stay in; 0 where all are in memory. */
    public long fileBytes() {
        return pixels.fileBytes(numbers());
    }

    /** The folder of the file that its images were unpacked into; empty where they were not. */
    Optional<Path> unpackedIn() {
        return pixels.unpackedIn();
    }

    /** How many blocks of its file are in memory at a time; 0 where all images are. */
    public int blocksInMemory() {
        return pixels.blocksInMemory();
    }

    /** The block that image i is in. */
    public int block(int i) {
        return pixels.block(first(i));
    }

    /** The class of image i. */
    public int label(int i) {
        return labels[checked(i)];
    }

    /** How many images there are of each class. */
    public int[] counts() {
        int[] counts = new int[classes];
        for (int i = 0; i < size; i++) {
            counts[labels[i]]++;
        }
        return counts;
    }

    /** {@code destination[offset + p] = pixel p of image i}, levels as 0 to 1, for every pixel of the image. */
    public void copyScaled(int i, float[] destination, int offset) {
        pixels.copy(first(i), pixels(), destination, offset);
    }

    /** The same for the image moved by so many pixels, negative for up and left; what it leaves behind is 0. */
    public void copyScaled(int i, int down, int right, float[] destination, int offset) {
        if (down == 0 && right == 0) {
            copyScaled(i, destination, offset);
            return;
        }
        long from = first(i);
        int row = width() * channels();
        int shift = right * channels();
        Arrays.fill(destination, offset, offset + pixels(), 0);
        int count = row - Math.abs(shift);
        if (count <= 0) {
            return;
        }
        for (int y = Math.max(0, down); y < Math.min(height(), height() + down); y++) {
            int first = Math.max(0, shift);
            pixels.copy(from + (y - down) * row + first - shift, count, destination, offset + y * row + first);
        }
    }

    /**
     * The first {@code count} images; they share this set's pixels.
     *
     * @throws IllegalArgumentException if there are not that many
     */
    public ImageSet prefix(int count) {
        if (count < 1 || count > size) {
            throw new IllegalArgumentException("image set: a prefix of " + count + " images, expected 1 to " + size);
        }
        return new ImageSet(this, count);
    }

    /** The images at these indices; they share no pixels with this set where all are in memory. */
    ImageSet at(int[] indices) {
        int[] chosen = Arrays.stream(indices).map(this::label).toArray();
        return new ImageSet(shape, pixels.images(indices, pixels()), chosen, classes);
    }

    /** Where its pixels begin. */
    private long first(int i) {
        return (long) checked(i) * pixels();
    }

    /** A prefix's arrays go on past its end, so their own bounds are not the set's. */
    private int checked(int i) {
        if (i < 0 || i >= size) {
            throw new IllegalArgumentException("image set: image " + i + ", expected 0 to " + (size - 1));
        }
        return i;
    }
}
