package retort.driver.data;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Pixels that stay in their file. They are read in blocks of whole images, which have one size on all machines, as the
 * order in which a training sees the images depends on it.
 */
final class StoredPixels implements Pixels {
    /** Of a block; images may have more. A disk that turns reads one in 10 ms, and 1,000 fill a heap of 256 MiB. */
    static final int BLOCK_BYTES = 1 << 18;

    private final PlainArray file;
    private final NumberType type;
    private final int images;
    private final int each;
    private final int blockImages;
    private final int blocksInMemory;

    /** What is done to the images of a block when it was read. */
    private final Consumer<byte[]> turn;

    private final Blocks blocks;

    /**
     * @param each numbers of an image
     * @param memoryBytes for blocks; it is no less than one
     */
    StoredPixels(PlainArray file, int images, int each, long memoryBytes) {
        this(
                file,
                images,
                each,
                blocksIn(memoryBytes, each * file.header().type().bytes()),
                block -> {});
    }

    private StoredPixels(PlainArray file, int images, int each, int blocksInMemory, Consumer<byte[]> turn) {
        this.file = file;
        this.type = file.header().type();
        this.images = images;
        this.each = each;
        this.blockImages = imagesOfBlock(each * type.bytes());
        this.blocksInMemory = blocksInMemory;
        this.turn = turn;
        this.blocks = new Blocks(Math.ceilDiv(images, blockImages), blocksInMemory, blockBytes(), this::read);
    }

    private static int imagesOfBlock(int imageBytes) {
        return Math.max(1, BLOCK_BYTES / imageBytes);
    }

    private static int blocksIn(long memoryBytes, int imageBytes) {
        long blockBytes = (long) imagesOfBlock(imageBytes) * imageBytes;
        return Math.clamp(memoryBytes / blockBytes, 1, Integer.MAX_VALUE);
    }

    private int blockBytes() {
        return blockImages * each * type.bytes();
    }

    private void read(int block, byte[] to) {
        long from = (long) block * blockBytes();
        file.read(from, (int) Math.min(blockBytes(), (long) images * each * type.bytes() - from), to);
        turn.accept(to);
    }

    @Override
    public long length() {
        return (long) images * each;
    }

    @Override
    public synchronized void copy(long from, int count, float[] to, int offset) {
        byte[] block = blocks.get(block(from));
        int inBlock = (int) (from % ((long) blockImages * each));
        if (type == NumberType.UINT8) {
            Bytes.scale(block, inBlock, count, to, offset);
        } else {
            floats(block, inBlock, count, to, offset);
            checkFinite(from, count, to, offset);
        }
    }

    private void floats(byte[] block, int from, int count, float[] to, int offset) {
        ByteBuffer numbers = ByteBuffer.wrap(block, from * type.bytes(), count * type.bytes())
                .order(file.header().order());
        for (int i = 0; i < count; i++) {
            to[offset + i] = (float) type.next(numbers);
        }
    }

    private void checkFinite(long from, int count, float[] to, int offset) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(to[offset + i])) {
                throw ArrayFile.notFinite(file.file().toString(), to[offset + i], from + i);
            }
        }
    }

    @Override
    public ChosenPixels images(int[] indices, int ofEach) {
        return new ChosenPixels(this, indices, each);
    }

    @Override
    public StoredPixels transposed(int height, int width, int channels) {
        int bytes = channels * type.bytes();
        return new StoredPixels(file, images, each, blocksInMemory, block -> {
            byte[] turned = new Bytes(block).transposed(height, width, bytes).levels();
            System.arraycopy(turned, 0, block, 0, block.length);
        });
    }

    /** Goes through the file once, and leaves the blocks in memory alone. */
    @Override
    public void show(long length, Consumer<ByteBuffer> to) {
        byte[] block = new byte[blockBytes()];
        float[] numbers = new float[type == NumberType.UINT8 ? 0 : blockImages * each];
        for (long from = 0; from < length; from += (long) blockImages * each) {
            int count = (int) Math.min((long) blockImages * each, length - from);
            read(block(from), block);
            if (type == NumberType.UINT8) {
                new Bytes(block).show(count, to);
            } else {
                floats(block, 0, count, numbers, 0);
                checkFinite(from, count, numbers, 0);
                new Floats(numbers).show(count, to);
            }
        }
    }

    /** Shows one image, which begins at this number. */
    synchronized void showImage(long from, Consumer<ByteBuffer> to) {
        if (type == NumberType.UINT8) {
            int inBlock = (int) (from % ((long) blockImages * each));
            to.accept(ByteBuffer.wrap(blocks.get(block(from)), inBlock, each));
        } else {
            float[] image = new float[each];
            copy(from, each, image, 0);
            new Floats(image).show(each, to);
        }
    }

    @Override
    public long bytes(long length) {
        return Math.min((long) blocksInMemory * blockBytes(), length * type.bytes());
    }

    @Override
    public long fileBytes(long length) {
        return length * type.bytes();
    }

    @Override
    public Optional<Path> unpackedIn() {
        return file.unpackedIn();
    }

    @Override
    public int blocksInMemory() {
        return blocksInMemory;
    }

    @Override
    public int block(long number) {
        return (int) (number / ((long) blockImages * each));
    }
}
