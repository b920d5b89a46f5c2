package retort.driver.data;

import java.nio.ByteOrder;
import retort.kernels.op.Shape;

/** Takes images of a set one after the other: into memory, or into a file without a name where they have no room. */
public final class LevelsWriter {
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 64;

    private final ImageMemory.Limits limits;
    private final int images;
    private final int each;
    private final byte[] levels;
    private final UnpackedFile file;
    private final ArrayFormat.Header header;
    private int written;

    /**
     * @param from where the images are from, for people
     * @param shape of each: height x width x channels
     * @throws BadDataException if there is no room for them
     */
    public LevelsWriter(String from, int images, Shape shape, ImageMemory.Limits limits) {
        this.limits = limits;
        this.images = images;
        this.each = shape.size();
        int[] extents = {images, shape.extent(0), shape.extent(1), shape.extent(2)};
        this.header = new ArrayFormat.Header(NumberType.UINT8, ByteOrder.LITTLE_ENDIAN, extents);
        long bytes = (long) images * each;
        boolean hasRoom = bytes <= Math.min(limits.most(), LONGEST_ARRAY);
        this.levels = hasRoom ? new byte[(int) bytes] : null;
        this.file = hasRoom ? null : new UnpackedFile(from, bytes);
    }

    /** Adds an image. */
    public void add(byte[] image) {
        if (file == null) {
            System.arraycopy(image, 0, levels, written * each, each);
        } else {
            file.write(image, each);
        }
        written++;
    }

    /** All of them. */
    public Pixels pixels() {
        if (written != images) {
            throw new IllegalStateException("levels: " + written + " images, expected " + images);
        }
        return file == null
                ? new Pixels.Bytes(levels)
                : new StoredPixels(file.array(header), images, each, limits.blocks());
    }
}
