package retort.driver.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Pixels of images, one image after the other. */
public sealed interface Pixels permits Pixels.Bytes, Pixels.Floats, StoredPixels, ChosenPixels {
    /** How many numbers. */
    long length();

    /** Writes {@code count} numbers of one image as a network takes them. */
    void copy(long from, int count, float[] to, int offset);

    /** The images at these indices, of so many numbers each; a copy where all are in memory. */
    Pixels images(int[] indices, int each);

    /** The same number of images, each with its axes of height and width exchanged. */
    Pixels transposed(int height, int width, int channels);

    /** Shows the first {@code length} numbers as they are stored, little-endian. */
    void show(long length, Consumer<ByteBuffer> to);

    /** Bytes of memory for the first {@code length} numbers. */
    long bytes(long length);

    /** Bytes of them in a file that they stay in; 0 where all are in memory. */
    default long fileBytes(long length) {
        return 0;
    }

    /** The folder of the file that they were unpacked into; empty where they were not. */
    default Optional<Path> unpackedIn() {
        return Optional.empty();
    }

    /** How many blocks of a file are in memory at a time; 0 where all numbers are. */
    default int blocksInMemory() {
        return 0;
    }

    /** The block that a number is in. */
    default int block(long number) {
        return 0;
    }

    /** Levels from 0 (black) to 255 (white); a network takes them as 0 to 1. */
    record Bytes(byte[] levels) implements Pixels {
        private static final float WHITE = 255;

        @Override
        public long length() {
            return levels.length;
        }

        @Override
        public void copy(long from, int count, float[] to, int offset) {
            scale(levels, (int) from, count, to, offset);
        }

        static void scale(byte[] levels, int from, int count, float[] to, int offset) {
            for (int i = 0; i < count; i++) {
                to[offset + i] = (levels[from + i] & 0xFF) / WHITE;
            }
        }

        @Override
        public Bytes images(int[] indices, int each) {
            byte[] chosen = new byte[Math.multiplyExact(indices.length, each)];
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(levels, indices[i] * each, chosen, i * each, each);
            }
            return new Bytes(chosen);
        }

        @Override
        public Bytes transposed(int height, int width, int channels) {
            byte[] turned = new byte[levels.length];
            Places.transposed(levels.length, height, width, channels, (to, from) -> turned[to] = levels[from]);
            return new Bytes(turned);
        }

        @Override
        public void show(long length, Consumer<ByteBuffer> to) {
            to.accept(ByteBuffer.wrap(levels, 0, (int) length));
        }

        @Override
        public long bytes(long length) {
            return length;
        }
    }

    /** Numbers that a network takes as they are. */
    record Floats(float[] values) implements Pixels {
        private static final int BUFFER_FLOATS = 1 << 14;

        @Override
        public long length() {
            return values.length;
        }

        @Override
        public void copy(long from, int count, float[] to, int offset) {
            System.arraycopy(values, (int) from, to, offset, count);
        }

        @Override
        public Floats images(int[] indices, int each) {
            float[] chosen = new float[Math.multiplyExact(indices.length, each)];
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(values, indices[i] * each, chosen, i * each, each);
            }
            return new Floats(chosen);
        }

        @Override
        public Floats transposed(int height, int width, int channels) {
            float[] turned = new float[values.length];
            Places.transposed(values.length, height, width, channels, (to, from) -> turned[to] = values[from]);
            return new Floats(turned);
        }

        @Override
        public long bytes(long length) {
            return Float.BYTES * length;
        }

        @Override
        public void show(long length, Consumer<ByteBuffer> to) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int from = 0; from < length; from += BUFFER_FLOATS) {
                int count = (int) Math.min(BUFFER_FLOATS, length - from);
                buffer.clear();
                buffer.asFloatBuffer().put(values, from, count);
                to.accept(buffer.limit(count * Float.BYTES));
            }
        }
    }

    /** Where numbers go. */
    final class Places {
        private Places() {}

        /** A number's new place, and its old one. */
        private interface Move {
            void accept(int to, int from);
        }

        /** Of images of width x height x channels that were height x width x channels. */
        private static void transposed(int length, int height, int width, int channels, Move move) {
            int each = height * width * channels;
            for (int image = 0; image < length; image += each) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        for (int c = 0; c < channels; c++) {
                            move.accept(
                                    image + (x * height + y) * channels + c, image + (y * width + x) * channels + c);
                        }
                    }
                }
            }
        }
    }
}
