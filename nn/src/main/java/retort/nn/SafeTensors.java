package retort.nn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import retort.kernels.file.AtomicFile;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;
import retort.nn.SafeTensorsHeader.Origin;
import retort.nn.SafeTensorsHeader.Stored;

/**
 * Named tensors and a string map, as a safetensors file: the header's length (8 bytes, little-endian), a JSON
 * header that gives each name its dtype, shape and byte range, then the elements, row-major and little-endian.
 *
 * <p>Both directions go through a small buffer, so a file costs its tensors in memory and no more.
 *
 * <p>Source: the format's description in Hugging Face's safetensors.
 */
public final class SafeTensors {
    /**
     * One tensor of the file.
     *
     * @param type what the file has its elements as; the format has no scales, so int8 ones are whole numbers
     * @param elements are rounded to the type when they are written
     */
    public record Entry(Shape shape, ElementType type, float[] elements) {
        /** Of float32. */
        public Entry(Shape shape, float[] elements) {
            this(shape, ElementType.FLOAT32, elements);
        }

        public Entry {
            if (elements.length != shape.size()) {
                throw new IllegalArgumentException("safetensors: " + elements.length + " elements, expected "
                        + shape.size() + " for shape " + shape);
            }
        }
    }

    private static final int BUFFER_BYTES = 1 << 20;
    private static final int LENGTH_BYTES = Long.BYTES;

    private final Map<String, String> metadata;
    private final Map<String, Entry> tensors;

    /**
     * The maps are copied, the elements are not. The file keeps the order of both.
     *
     * @throws IllegalArgumentException if a tensor has the name that the format keeps for the metadata
     */
    public SafeTensors(Map<String, String> metadata, Map<String, Entry> tensors) {
        if (tensors.containsKey(SafeTensorsHeader.METADATA)) {
            throw new IllegalArgumentException(
                    "safetensors: no tensor may have the name " + SafeTensorsHeader.METADATA);
        }
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** By name, in the order of the header. */
    public Map<String, Entry> tensors() {
        return tensors;
    }

    /**
     * Reads a whole file. Every byte of it must be accounted for: tensors may lie in any order, but without gaps,
     * overlaps or bytes left over.
     *
     * @throws ModelFileException if the file can't be read, is not of the format, or holds other than F32, BF16 and I8
     *     tensors
     */
    public static SafeTensors read(Path file) {
        return read(file, Origin.OURS);
    }

    /**
     * The same of a file that another program wrote: its numbers, of F32, BF16, F16, F64, U8, I8, I32 or I64, become
     * float32; of I8 and BF16 ones the type is kept. A tensor without an axis is one of one element.
     *
     * @throws ModelFileException if the file can't be read, is not of the format, or holds other numbers
     */
    public static SafeTensors readAny(Path file) {
        return read(file, Origin.ANY);
    }

    private static SafeTensors read(Path file, Origin origin) {
        Map<String, Entry> tensors = new LinkedHashMap<>();
        SafeTensorsHeader header =
                read(file, origin, names -> names.forEach(name -> tensors.put(name, null)), tensors::put);
        return new SafeTensors(header.metadata(), tensors);
    }

    /**
     * Reads a whole file and holds one of its tensors at a time.
     *
     * @param each gets the tensors, in the order of their bytes
     * @return the metadata
     * @throws ModelFileException if the file can't be read, is not of the format, or holds other than F32, BF16 and I8
     *     tensors
     */
    static Map<String, String> read(Path file, BiConsumer<String, Entry> each) {
        return read(file, Origin.OURS, names -> {}, each).metadata();
    }

    /**
     * The metadata of a file, without its tensors.
     *
     * @throws ModelFileException if the file can't be read or is not of the format
     */
    static Map<String, String> metadata(Path file) {
        try (FileChannel channel = open(file)) {
            return readHeader(file, channel, Origin.OURS).metadata();
        } catch (IOException e) {
            throw new ModelFileException(file, "can't be read", e);
        }
    }

    /** A pipe would be waited for. */
    private static FileChannel open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new ModelFileException(file, "is no regular file, expected a safetensors file");
        }
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    private static SafeTensorsHeader read(
            Path file, Origin origin, Consumer<Set<String>> names, BiConsumer<String, Entry> each) {
        try (FileChannel channel = open(file)) {
            SafeTensorsHeader header = readHeader(file, channel, origin);
            names.accept(header.ranges().keySet());
            List<Map.Entry<String, SafeTensorsHeader.Range>> byOffset = header.ranges().entrySet().stream()
                    .sorted(Comparator.comparingLong(named -> named.getValue().begin()))
                    .toList();
            ByteBuffer buffer = buffer();
            for (var named : byOffset) {
                Stored stored = named.getValue().stored();
                float[] elements = new float[stored.shape().size()];
                readElements(file, channel, buffer, stored.type(), elements);
                each.accept(
                        named.getKey(), new Entry(stored.shape(), stored.type().read(), elements));
            }
            return header;
        } catch (IOException e) {
            throw new ModelFileException(file, "can't be read", e);
        }
    }

    /**
     * Writes the file beside its destination and moves it there when it is whole, so that an interrupted or failed
     * write leaves what was there before. Equal contents give equal bytes.
     *
     * @throws ModelFileException if the file can't be written
     */
    public void write(Path file) {
        Map<String, Stored> stored = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> stored.put(name, new Stored(tensor.shape(), StoredType.of(tensor.type()))));
        writeStored(file, metadata, stored, name -> tensors.get(name).elements());
    }

    /**
     * The same for float32 tensors of which one at a time is held.
     *
     * @param elements of a tensor, by its name
     */
    static void write(
            Path file, Map<String, String> metadata, Map<String, Shape> shapes, Function<String, float[]> elements) {
        Map<String, Stored> stored = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> stored.put(name, new Stored(shape, StoredType.F32)));
        writeStored(file, metadata, stored, elements);
    }

    private static void writeStored(
            Path file, Map<String, String> metadata, Map<String, Stored> tensors, Function<String, float[]> elements) {
        try {
            byte[] header = SafeTensorsHeader.format(metadata, tensors);
            AtomicFile.write(file, channel -> writeAll(channel, header, tensors, elements));
        } catch (IOException e) {
            throw new ModelFileException(file, "can't be written", e);
        }
    }

    private static SafeTensorsHeader readHeader(Path file, FileChannel channel, Origin origin) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < LENGTH_BYTES) {
            throw new ModelFileException(
                    file, "not a safetensors file: " + fileBytes + " bytes, expected a header of " + LENGTH_BYTES);
        }
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, channel, length);
        long headerBytes = length.getLong(0);
        if (headerBytes < 0 || headerBytes > SafeTensorsHeader.LONGEST_BYTES) {
            throw new ModelFileException(
                    file,
                    "not a safetensors file: a header of " + Long.toUnsignedString(headerBytes)
                            + " bytes, expected at most " + SafeTensorsHeader.LONGEST_BYTES);
        }
        long dataBytes = fileBytes - LENGTH_BYTES - headerBytes;
        if (dataBytes < 0) {
            throw new ModelFileException(
                    file,
                    "not a safetensors file, or truncated: a header of " + headerBytes + " bytes in a file of "
                            + fileBytes);
        }
        ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
        readFully(file, channel, json);
        return SafeTensorsHeader.parse(file, json.flip(), dataBytes, origin);
    }

    private static void readElements(
            Path file, FileChannel channel, ByteBuffer buffer, StoredType type, float[] elements) throws IOException {
        int elementBytes = type.bytes();
        int count;
        for (int at = 0; at < elements.length; at += count) {
            count = Math.min(elements.length - at, BUFFER_BYTES / elementBytes);
            buffer.clear().limit(count * elementBytes);
            readFully(file, channel, buffer);
            buffer.flip();
            type.get(buffer, elements, at, count);
        }
    }

    /** The header was checked against the file's size, so an early end means that the file shrank meanwhile. */
    private static void readFully(Path file, FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new ModelFileException(file, "truncated while it was read");
            }
        }
    }

    private static void writeAll(
            FileChannel channel, byte[] header, Map<String, Stored> tensors, Function<String, float[]> elements)
            throws IOException {
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(channel, length.putLong(0, header.length));
        writeFully(channel, ByteBuffer.wrap(header));
        ByteBuffer buffer = buffer();
        for (var named : tensors.entrySet()) {
            writeElements(channel, buffer, named.getValue().type(), elements.apply(named.getKey()));
        }
    }

    private static void writeElements(FileChannel channel, ByteBuffer buffer, StoredType type, float[] elements)
            throws IOException {
        int elementBytes = type.bytes();
        int count;
        for (int at = 0; at < elements.length; at += count) {
            count = Math.min(elements.length - at, BUFFER_BYTES / elementBytes);
            buffer.clear();
            type.put(buffer, elements, at, count);
            writeFully(channel, buffer.clear().limit(count * elementBytes));
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
