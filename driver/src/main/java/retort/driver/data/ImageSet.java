package retort.driver.data;

import java.util.Arrays;
import java.util.zip.CRC32;

/** Labelled grey images of one size, a byte (0 to 255) per pixel, row-major. Immutable. */
public final class ImageSet {
    /** Labels are 0 to {@code CLASSES - 1}. */
    public static final int CLASSES = 10;

    private static final float WHITE = 255;

    private final int size;
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final byte[] labels;

    /**
     * @param pixels image after image, kept and not copied
     * @param labels one per image, kept and not copied
     * @throws IllegalArgumentException if there are no images, not as many pixels as the labels need, or other labels
     */
    public ImageSet(int height, int width, byte[] pixels, byte[] labels) {
        if (height < 1 || width < 1 || labels.length < 1) {
            throw new IllegalArgumentException("image set: count, height and width must be positive, got "
                    + labels.length + " images of " + height + " x " + width);
        }
        if (pixels.length != (long) labels.length * height * width) {
            throw new IllegalArgumentException("image set: " + pixels.length + " pixels, expected " + labels.length
                    + " images of " + height + " x " + width);
        }
        for (byte label : labels) {
            if (label < 0 || label >= CLASSES) {
                throw new IllegalArgumentException(
                        "image set: label " + Byte.toUnsignedInt(label) + ", expected 0 to " + (CLASSES - 1));
            }
        }
        this.size = labels.length;
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
    }

    private ImageSet(ImageSet whole, int size) {
        this.size = size;
        this.height = whole.height;
        this.width = whole.width;
        this.pixels = whole.pixels;
        this.labels = whole.labels;
    }

    /** Tells this set from others: CRC-32 of all pixels and labels. */
    public long checksum() {
        CRC32 crc = new CRC32();
        crc.update(pixels, 0, size * pixels());
        crc.update(labels, 0, size);
        return crc.getValue();
    }

    /** Number of images. */
    public int size() {
        return size;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** Pixels of one image. */
    public int pixels() {
        return height * width;
    }

    /** The class of image i. */
    public int label(int i) {
        return labels[checked(i)];
    }

    /** {@code destination[offset + p] = pixel p of image i / 255}, for every pixel of the image. */
    public void copyScaled(int i, float[] destination, int offset) {
        int from = checked(i) * pixels();
        for (int p = 0; p < pixels(); p++) {
            destination[offset + p] = (pixels[from + p] & 0xFF) / WHITE;
        }
    }

    /** The same for the image moved by so many pixels, negative for up and left; what it leaves behind is 0. */
    public void copyScaled(int i, int down, int right, float[] destination, int offset) {
        if (down == 0 && right == 0) {
            copyScaled(i, destination, offset);
            return;
        }
        int from = checked(i) * pixels();
        Arrays.fill(destination, offset, offset + pixels(), 0);
        for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
            for (int x = Math.max(0, right); x < Math.min(width, width + right); x++) {
                int pixel = pixels[from + (y - down) * width + x - right] & 0xFF;
                destination[offset + y * width + x] = pixel / WHITE;
            }
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

    /** A copy of the images at these indices. */
    ImageSet at(int[] indices) {
        byte[] chosenPixels = new byte[indices.length * pixels()];
        byte[] chosenLabels = new byte[indices.length];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(pixels, checked(indices[i]) * pixels(), chosenPixels, i * pixels(), pixels());
            chosenLabels[i] = labels[indices[i]];
        }
        return new ImageSet(height, width, chosenPixels, chosenLabels);
    }

    /** A prefix's arrays go on past its end, so their own bounds are not the set's. */
    private int checked(int i) {
        if (i < 0 || i >= size) {
            throw new IllegalArgumentException("image set: image " + i + ", expected 0 to " + (size - 1));
        }
        return i;
    }
}
