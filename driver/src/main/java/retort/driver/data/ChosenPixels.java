package retort.driver.data;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Some of the images of a file.
 *
 * @param images their indices in it
 * @param each numbers of an image
 */
record ChosenPixels(StoredPixels file, int[] images, int each) implements Pixels {
    @Override
    public long length() {
        return (long) images.length * each;
    }

    private long inFile(long number) {
        return (long) images[(int) (number / each)] * each + number % each;
    }

    @Override
    public void copy(long from, int count, float[] to, int offset) {
        file.copy(inFile(from), count, to, offset);
    }

    @Override
    public ChosenPixels images(int[] indices, int ofEach) {
        return new ChosenPixels(file, Arrays.stream(indices).map(i -> images[i]).toArray(), each);
    }

    @Override
    public ChosenPixels transposed(int height, int width, int channels) {
        return new ChosenPixels(file.transposed(height, width, channels), images, each);
    }

    @Override
    public void show(long length, Consumer<ByteBuffer> to) {
        for (long from = 0; from < length; from += each) {
            file.showImage(inFile(from), to);
        }
    }

    @Override
    public long bytes(long length) {
        return file.bytes(length);
    }

    @Override
    public long fileBytes(long length) {
        return file.fileBytes(length);
    }

    @Override
    public Optional<Path> unpackedIn() {
        return file.unpackedIn();
    }

    @Override
    public int blocksInMemory() {
        return file.blocksInMemory();
    }

    @Override
    public int block(long number) {
        return file.block(inFile(number));
    }
}
