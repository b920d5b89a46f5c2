package retort.driver.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.ZipException;
import retort.driver.cli.FileReason;
import retort.kernels.op.Shape;

/**
 * A file of one array, plain, or gzip if its name ends in {@code .gz}. Whatever its header says, memory is taken as its
 * numbers come, and no more than its size allows.
 *
 * @param fileBytes its size, packed where it is
 * @param mostBytes of numbers: a header that speaks of more is refused before memory is taken
 * @param plain where its numbers can be read from as they lie, if they can
 */
public record ArrayFile(
        String name, ArrayFormat format, long fileBytes, long mostBytes, Opening opening, Optional<Path> plain) {
    /** One that is read from its beginning to its end. */
    public ArrayFile(String name, ArrayFormat format, long fileBytes, long mostBytes, Opening opening) {
        this(name, format, fileBytes, mostBytes, opening, Optional.empty());
    }

    /** How the bytes are had: from a folder, an archive or the jar. */
    @FunctionalInterface
    public interface Opening {
        InputStream open() throws IOException;
    }

    /** Images of one shape, height x width x channels. */
    record Images(int count, Shape shape, Pixels pixels) {}

    /** Floats of two axes or more. */
    public record Floats(int[] extents, float[] values) {}

    static final String GZIP = ".gz";

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 64;
    private static final long MOST_NUMBERS = 1L << 60;

    /** One of the files of a data set. */
    static ArrayFile of(DataFiles files, String name, ArrayFormat format) {
        try {
            long bytes = files.bytes(name);
            long packed = files.packedBytes(name);
            long most = name.endsWith(GZIP) || packed < bytes ? DataFiles.mostUnpacked(packed) : bytes;
            Optional<Path> plain = name.endsWith(GZIP) ? Optional.empty() : files.file(name);
            return new ArrayFile(files.path(name), format, packed, most, () -> files.open(name), plain);
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
     * @param limits above which they stay in their file, or are unpacked into one
     * @throws BadDataException if it can't be read or is something else
     */
    Images images(ImageMemory.Limits limits) {
        Optional<Images> stored = plain.flatMap(file -> stored(file, limits));
        return stored.isPresent()
                ? stored.get()
                : read((header, in) -> {
                    checkImages(header);
                    if (memoryBytes(header, numbers(header)) > limits.most() || bytes(header) > LONGEST_ARRAY) {
                        return unpacked(header, in, limits);
                    }
                    int size = size(header);
                    Pixels pixels = header.type() == NumberType.UINT8
                            ? new Pixels.Bytes(bytes(in, size))
                            : new Pixels.Floats(finite(floats(header, in, size)));
                    return new Images(header.extents()[0], shape(header), pixels);
                });
    }

    /** All of it, in a file of its own. */
    private Images unpacked(ArrayFormat.Header header, InputStream in, ImageMemory.Limits limits) throws IOException {
        long bytes = bytes(header);
        UnpackedFile file = new UnpackedFile(name, bytes);
        boolean whole = false;
        try {
            byte[] chunk = new byte[BUFFER_BYTES];
            for (long at = 0; at < bytes; ) {
                int count = in.readNBytes(chunk, 0, (int) Math.min(chunk.length, bytes - at));
                if (count == 0) {
                    throw tooFew(at, bytes);
                }
                file.write(chunk, count);
                at += count;
            }
            whole = true;
        } finally {
            if (!whole) {
                file.close();
            }
        }
        return stored(file.array(header), limits);
    }

    private Images stored(PlainArray array, ImageMemory.Limits limits) {
        Shape shape = shape(array.header());
        int images = array.header().extents()[0];
        if ((long) shape.size() * array.header().type().bytes() > LONGEST_ARRAY) {
            throw tooLarge();
        }
        return new Images(images, shape, new StoredPixels(array, images, shape.size(), limits.blocks()));
    }

    /** All of it, still in its file; empty for images that have room in memory. */
    private Optional<Images> stored(Path file, ImageMemory.Limits limits) {
        return told(() -> {
            PlainArray array = PlainArray.open(file, format);
            Optional<Images> stored = Optional.empty();
            try {
                stored = storedOrSmall(array, limits);
                return stored;
            } finally {
                if (stored.isEmpty()) {
                    array.close();
                }
            }
        });
    }

    private Optional<Images> storedOrSmall(PlainArray array, ImageMemory.Limits limits) throws IOException {
        ArrayFormat.Header header = array.header();
        checkImages(header);
        long numbers = numbers(header);
        if (memoryBytes(header, numbers) <= limits.mostOfPlain()) {
            return Optional.empty();
        }
        long bytes = numbers * header.type().bytes();
        if (array.bytesThere() < bytes) {
            throw tooFew(array.bytesThere(), bytes);
        }
        if (array.bytesThere() > bytes) {
            throw tooMany(bytes);
        }
        return Optional.of(stored(array, limits));
    }

    private void checkImages(ArrayFormat.Header header) {
        int axes = header.extents().length;
        boolean fits = axes == 3 || axes == 4;
        if (!fits || header.type() != NumberType.UINT8 && !header.type().isFloat()) {
            throw bad("holds " + header + ", expected images: uint8 or floats of count x height x width, with or"
                    + " without channels");
        }
    }

    private static Shape shape(ArrayFormat.Header header) {
        int[] extents = header.extents();
        return Shape.of(extents[1], extents[2], extents.length == 3 ? 1 : extents[3]);
    }

    /** What images take that are all in memory. */
    private static long memoryBytes(ArrayFormat.Header header, long numbers) {
        return header.type() == NumberType.UINT8 ? numbers : Float.BYTES * numbers;
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
     * All of it as float16, float32 or float64.
     *
     * @param axes how many it may have
     * @throws BadDataException if it can't be read or is something else, or a number is not finite
     */
    public Floats floats(List<Integer> axes) {
        return read((header, in) -> {
            int[] extents = header.extents();
            if (!axes.contains(extents.length) || !header.type().isFloat()) {
                String expected = axes.stream().map(String::valueOf).collect(Collectors.joining(" or "));
                throw bad("holds " + header + ", expected floats of " + expected + " axes");
            }
            return new Floats(extents, finite(floats(header, in, size(header))));
        });
    }

    private int label(long value, int image) {
        if (value != (int) value) {
            throw bad("label " + value + " of image " + image + ", expected none above " + ImageSet.MOST_CLASSES);
        }
        return (int) value;
    }

    private <T> T read(Body<T> body) {
        return told(() -> {
            try (InputStream raw = opening.open();
                    InputStream plainBytes =
                            isGzip() ? WholeGzip.of(raw, BUFFER_BYTES) : new BufferedInputStream(raw, BUFFER_BYTES);
                    DataInputStream in = new DataInputStream(plainBytes)) {
                ArrayFormat.Header header = format.header(in);
                T read = body.read(header, in);
                if (in.read() >= 0) {
                    throw tooMany(bytes(header));
                }
                return read;
            }
        });
    }

    /** Work on the file, whose failures are told in a line. */
    @FunctionalInterface
    private interface Work<T> {
        T done() throws IOException, ArrayFormat.BadHeaderException;
    }

    private <T> T told(Work<T> work) {
        try {
            return work.done();
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

    /** How many numbers there are by the header, or about 2^60 if more. */
    private long numbers(ArrayFormat.Header header) {
        long numbers = 1;
        for (int extent : header.extents()) {
            if (extent < 1) {
                throw bad("holds nothing: an extent of " + extent + ", expected at least 1");
            }
            numbers = numbers > MOST_NUMBERS / extent ? MOST_NUMBERS : numbers * extent;
        }
        return numbers;
    }

    /** What they take as they are stored: no more than can be in such a file. */
    private long bytes(ArrayFormat.Header header) {
        long bytes = numbers(header) * header.type().bytes();
        if (bytes > mostBytes) {
            throw bad((mostBytes == fileBytes ? "truncated: " : "") + "its header speaks of " + bytes
                    + " bytes, expected at most " + mostBytes + " in a file of " + fileBytes);
        }
        return bytes;
    }

    /** How many there are, all to be in memory. */
    private int size(ArrayFormat.Header header) {
        long size = numbers(header);
        if (size * header.type().bytes() > LONGEST_ARRAY) {
            throw tooLarge();
        }
        bytes(header);
        return (int) size;
    }

    private BadDataException tooLarge() {
        return bad("its header speaks of more than 2 GiB, expected fewer bytes");
    }

    private BadDataException tooMany(long expected) {
        return bad("bytes follow the " + expected + " that the header speaks of, expected none");
    }

    /** Of a file that is as long as it says; else room is taken twice, as bytes come and when they are there. */
    private byte[] bytes(InputStream in, int size) throws IOException {
        byte[] elements = plain.isPresent() ? new byte[size] : in.readNBytes(size);
        int read = plain.isPresent() ? in.readNBytes(elements, 0, size) : elements.length;
        if (read < size) {
            throw tooFew(read, size);
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
                throw notFinite(name, values[i], i);
            }
        }
        return values;
    }

    static BadDataException notFinite(String file, float number, long at) {
        return new BadDataException(file, "has " + number + " at element " + at + ", expected finite numbers");
    }
}
