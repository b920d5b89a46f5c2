package retort.driver.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.ZipException;
import retort.driver.cli.FileReason;
import retort.kernels.op.Shape;

/**
 * A file of one array, plain, or gzip if its name ends in {@code .gz}. Whatever its header says, memory is taken as its
 * numbers come, and no more than its size allows.
 *
 * @param fileBytes its size, packed where it is
 * @param mostBytes of numbers: a header that speaks of more is refused before memory is taken
 */
public record ArrayFile(String name, ArrayFormat format, long fileBytes, long mostBytes, Opening opening) {
    /** How the bytes are had: from a folder, an archive or the jar. */
    @FunctionalInterface
    public interface Opening {
        InputStream open() throws IOException;
    }

    /** Images of one shape, height x width x channels. */
    record Images(int count, Shape shape, Pixels pixels) {}

    /** Rows of as many numbers. */
    public record Matrix(int rows, int columns, float[] values) {}

    static final String GZIP = ".gz";

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 64;

    /** One of the files of a data set. */
    static ArrayFile of(DataFiles files, String name, ArrayFormat format) {
        try {
            long bytes = files.bytes(name);
            long packed = files.packedBytes(name);
            long most = name.endsWith(GZIP) || packed < bytes ? DataFiles.mostUnpacked(packed) : bytes;
            return new ArrayFile(files.path(name), format, packed, most, () -> files.open(name));
        } catch (IOException e) {
            throw new BadDataException(files.path(name), "can't be read: " + FileReason.of(e), e);
        }
    }

    /** What is done with the numbers behind a header. */
    @FunctionalInterface
    private interface Body<T> {
        T read(ArrayFormat.Header header, InputStream in) throws IOException;
    }

    /** Takes so many numbers, from the one of index {@code from} on. */
    @FunctionalInterface
    private interface Chunk {
        void take(int from, int count, ByteBuffer numbers);
    }

    /**
     * All of it as images: of three axes grey ones, of four with their channels last; unsigned bytes are levels, floats
     * are taken as they are.
     *
     * @throws BadDataException if it can't be read or is something else
     */
    Images images() {
        return read((header, in) -> {
            int[] extents = header.extents();
            boolean fits = extents.length == 3 || extents.length == 4;
            if (!fits || header.type() != NumberType.UINT8 && !header.type().isFloat()) {
                throw bad("holds " + header + ", expected images: uint8 or floats of count x height x width, with or"
                        + " without channels");
            }
            int size = size(header);
            Shape shape = Shape.of(extents[1], extents[2], extents.length == 3 ? 1 : extents[3]);
            Pixels pixels = header.type() == NumberType.UINT8
                    ? new Pixels.Bytes(bytes(in, size))
                    : new Pixels.Floats(finite(floats(header, in, size)));
            return new Images(extents[0], shape, pixels);
        });
    }

    /**
     * All of it as labels: whole numbers of one axis, or of two of which the last is 1.
     *
     * @throws BadDataException if it can't be read or is something else
     */
    int[] labels() {
        return read((header, in) -> {
            int[] extents = header.extents();
            boolean fits = extents.length == 1 || extents.length == 2 && extents[1] == 1;
            if (!fits || header.type().isFloat()) {
                throw bad("holds " + header + ", expected labels: whole numbers of one axis");
            }
            int[][] labels = {new int[0]};
            int size = size(header);
            chunks(header, in, size, (from, count, buffer) -> {
                labels[0] = Arrays.copyOf(labels[0], grown(labels[0].length, from + count, size));
                for (int i = from; i < from + count; i++) {
                    labels[0][i] = label(header.type().nextWhole(buffer), i);
                }
            });
            return labels[0];
        });
    }

    /**
     * All of it as rows of float16, float32 or float64.
     *
     * @throws BadDataException if it can't be read or is something else, or a number is not finite
     */
    public Matrix matrix() {
        return read((header, in) -> {
            int[] extents = header.extents();
            if (extents.length != 2 || !header.type().isFloat()) {
                throw bad("holds " + header + ", expected floats of two axes");
            }
            return new Matrix(extents[0], extents[1], finite(floats(header, in, size(header))));
        });
    }

    private int label(long value, int image) {
        if (value != (int) value) {
            throw bad("label " + value + " of image " + image + ", expected none above " + ImageSet.MOST_CLASSES);
        }
        return (int) value;
    }

    private <T> T read(Body<T> body) {
        try (InputStream raw = opening.open();
                InputStream plain =
                        isGzip() ? WholeGzip.of(raw, BUFFER_BYTES) : new BufferedInputStream(raw, BUFFER_BYTES);
                DataInputStream in = new DataInputStream(plain)) {
            ArrayFormat.Header header = format.header(in);
            T read = body.read(header, in);
            if (in.read() >= 0) {
                long bytes = (long) size(header) * header.type().bytes();
                throw bad("bytes follow the " + bytes + " that the header speaks of, expected none");
            }
            return read;
        } catch (ArrayFormat.BadHeaderException e) {
            throw bad(e.getMessage());
        } catch (EOFException e) {
            throw new BadDataException(name, "truncated: it ends too early, expected a whole " + format + " file", e);
        } catch (ZipException e) {
            String kind = isGzip() ? "gzip" : "zip";
            throw new BadDataException(name, "not " + kind + ", or corrupt (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new BadDataException(name, "can't be read: " + FileReason.of(e), e);
        }
    }

    private boolean isGzip() {
        return name.endsWith(GZIP);
    }

    BadDataException bad(String problem) {
        return new BadDataException(name, problem);
    }

    private int size(ArrayFormat.Header header) {
        long size = 1;
        for (int extent : header.extents()) {
            if (extent < 1) {
                throw bad("holds nothing: an extent of " + extent + ", expected at least 1");
            }
            size *= extent;
            if (size * header.type().bytes() > LONGEST_ARRAY) {
                throw bad("its header speaks of more than 2 GiB, expected fewer bytes");
            }
        }
        long bytes = size * header.type().bytes();
        if (bytes > mostBytes) {
            throw bad((mostBytes == fileBytes ? "truncated: " : "") + "its header speaks of " + bytes
                    + " bytes, expected at most " + mostBytes + " in a file of " + fileBytes);
        }
        return (int) size;
    }

    private byte[] bytes(InputStream in, int size) throws IOException {
        byte[] elements = in.readNBytes(size);
        if (elements.length < size) {
            throw tooFew(elements.length, size);
        }
        return elements;
    }

    private BadDataException tooFew(long found, long expected) {
        return bad("truncated: " + found + " bytes after the header, expected " + expected);
    }

    private float[] floats(ArrayFormat.Header header, InputStream in, int size) throws IOException {
        float[][] values = {new float[0]};
        chunks(header, in, size, (from, count, buffer) -> {
            values[0] = Arrays.copyOf(values[0], grown(values[0].length, from + count, size));
            for (int i = from; i < from + count; i++) {
                values[0][i] = (float) header.type().next(buffer);
            }
        });
        return values[0];
    }

    /** How long an array becomes that has to hold so many numbers, and more later: twice as long at least. */
    private static int grown(int length, int needed, int size) {
        return length >= needed ? length : (int) Math.min(size, Math.max(2L * length, needed));
    }

    private void chunks(ArrayFormat.Header header, InputStream in, int size, Chunk each) throws IOException {
        int bytes = header.type().bytes();
        for (int from = 0; from < size; ) {
            int count = Math.min(BUFFER_BYTES / bytes, size - from);
            byte[] chunk = in.readNBytes(count * bytes);
            if (chunk.length < count * bytes) {
                throw tooFew((long) from * bytes + chunk.length, (long) size * bytes);
            }
            each.take(from, count, ByteBuffer.wrap(chunk).order(header.order()));
            from += count;
        }
    }

    private float[] finite(float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw bad("has " + values[i] + " at element " + i + ", expected finite numbers");
            }
        }
        return values;
    }
}
