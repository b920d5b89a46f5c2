package retort.driver.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.cli.Json;
import retort.driver.cli.WholeFile;
import retort.driver.data.BadDataException;
import retort.driver.data.NumberType;
import retort.kernels.file.AtomicFile;

/**
 * Writes logits row by row into a file beside the one that is wanted, {@code FILE.part}, which gets its name when it is
 * whole. A part that was left, however its process ended, is gone on with if it is of the same origin.
 */
public final class LogitsWriter implements AutoCloseable {
    /** Beyond this float16 has only infinity. */
    private static final float LARGEST_FLOAT16 = 65_504;

    private final Path file;
    private final Path part;
    private final LogitsFormat format;
    private final LogitsOrigin origin;
    private final NumberType type;
    private final FileChannel channel;
    private int rows;

    /**
     * @param type float32 or float16
     * @param rowsAtOnce what is there of a view in a part is used in multiples of this
     * @throws BadDataException if there is a part of another origin
     */
    public LogitsWriter(Path file, LogitsFormat format, LogitsOrigin origin, NumberType type, int rowsAtOnce) {
        this.file = file;
        this.part = part(file);
        this.format = format;
        this.origin = origin;
        this.type = type;
        byte[] header = format.header(origin, type);
        try {
            channel = FileChannel.open(
                    part,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw FileReason.unwritable(part.toString(), e);
        }
        boolean begun = false;
        try {
            begin(header, rowsAtOnce);
            begun = true;
        } catch (IOException e) {
            throw FileReason.unwritable(part.toString(), e);
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    /** Finds its place behind what is there of a part, or writes the header of a new one. */
    private void begin(byte[] header, int rowsAtOnce) throws IOException {
        lock(channel);
        long rowBytes = (long) origin.classes() * type.bytes();
        check(header);
        if (channel.size() >= header.length) {
            long there = Math.min(origin.rows(), (channel.size() - header.length) / rowBytes);
            int ofView = (int) (there % origin.images());
            rows = (int) there - ofView % rowsAtOnce;
            channel.truncate(header.length + rows * rowBytes);
            channel.position(channel.size());
        } else {
            channel.truncate(0);
            if (format == LogitsFormat.NPY) {
                WholeFile.write(LogitsFormat.sidecar(part), sidecarText(origin));
            }
            write(ByteBuffer.wrap(header));
        }
    }

    /**
     * Holds a whole file against what it should be of.
     *
     * @throws BadDataException if it is of another origin
     */
    public static void checkWhole(Path file, LogitsFormat format, LogitsOrigin origin, NumberType type) {
        byte[] header = format.header(origin, type);
        try (InputStream in = InputFile.open(file, "logits")) {
            boolean known = format != LogitsFormat.NPY || isOf(LogitsFormat.sidecar(file), origin);
            if (!known || !Arrays.equals(in.readNBytes(header.length), header)) {
                throw new BadDataException(
                        file.toString(), "is there, and of other data, teachers or settings; --force overwrites it");
            }
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    /** Where a file is until it is whole. */
    public static Path part(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    /** Takes a part away that was left; one that another process writes stays. */
    public static void discard(Path file) {
        Path part = part(file);
        if (!Files.exists(part)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            lock(channel);
            Files.delete(part);
            Files.deleteIfExists(LogitsFormat.sidecar(part));
        } catch (IOException e) {
            throw FileReason.unwritable(part.toString(), e);
        }
    }

    private static void lock(FileChannel channel) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // Of this very process.
        }
        throw new IOException("another process is writing it");
    }

    /** What is there begins as this file will, or is its beginning. */
    private void check(byte[] header) throws IOException {
        byte[] found = new byte[(int) Math.min(header.length, channel.size())];
        ByteBuffer buffer = ByteBuffer.wrap(found);
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
            // Until all of it is there.
        }
        boolean whole = found.length == header.length;
        boolean known = !whole || format != LogitsFormat.NPY || isOf(LogitsFormat.sidecar(part), origin);
        if (!known || !Arrays.equals(found, Arrays.copyOf(header, found.length))) {
            throw new BadDataException(
                    part.toString(),
                    "is of other data, teachers or settings: its beginning's hash is " + hash(found) + ", expected "
                            + hash(header) + "; --force begins anew");
        }
    }

    private static boolean isOf(Path sidecar, LogitsOrigin origin) throws IOException {
        return Files.exists(sidecar)
                && InputFile.text(sidecar, "what is beside logits").equals(sidecarText(origin));
    }

    private static String sidecarText(LogitsOrigin origin) {
        return Json.text(origin.metadata()) + "\n";
    }

    private static String hash(byte[] header) {
        return HexFormat.of().toHexDigits(Arrays.hashCode(header));
    }

    /** How many are there. */
    public int rows() {
        return rows;
    }

    /**
     * Adds whole rows.
     *
     * @throws BadDataException if a number does not fit float16
     */
    public void append(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (type == NumberType.FLOAT32) {
                buffer.putFloat(value);
            } else if (Math.abs(value) <= LARGEST_FLOAT16) {
                buffer.putShort(Float.floatToFloat16(value));
            } else {
                throw new BadDataException(
                        file.toString(), "the logit " + value + " does not fit float16; --type=float32 holds it");
            }
        }
        try {
            write(buffer.flip());
        } catch (IOException e) {
            throw FileReason.unwritable(part.toString(), e);
        }
        rows += values.length / origin.classes();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** All rows are there: the file gets its name. */
    public void finish() {
        if (rows != origin.rows()) {
            throw new IllegalStateException(part + ": " + rows + " rows, expected " + origin.rows());
        }
        try {
            channel.force(true);
            channel.close();
            if (format == LogitsFormat.NPY) {
                // Never an array beside another one's origin: one without is refused later.
                Files.deleteIfExists(LogitsFormat.sidecar(file));
            }
            move(part, file);
            if (format == LogitsFormat.NPY) {
                move(LogitsFormat.sidecar(part), LogitsFormat.sidecar(file));
            }
            AtomicFile.forceFolder(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw FileReason.unwritable(file.toString(), e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileReason.unwritable(part.toString(), e);
        }
    }
}
