package retort.driver.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;
import retort.driver.cli.FileReason;

/**
 * A file of unsigned bytes in the IDX format: a big-endian magic number (0x0800 + rank), one big-endian extent per
 * axis, the bytes. Plain, or gzip if the name ends in {@code .gz}.
 *
 * <p>Source: LeCun, Cortes and Burges, the MNIST site.
 *
 * @param fileBytes its size; a header that speaks of more than can be in it is refused before memory is taken
 */
record IdxFile(String name, long fileBytes, Opening opening) {
    /** How the bytes are had: from a folder or from the jar. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    /** What a file holds: {@code elements} has the product of {@code extents} bytes. */
    record Contents(int[] extents, byte[] elements) {}

    static final String GZIP = ".gz";

    private static final int UNSIGNED_BYTES = 0x0800;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 64;

    /** Images pack to a fifth, a set of blank ones to a thousandth: of these, no more than this is unpacked. */
    private static final long MOST_BLANK_BYTES = 64 << 20;

    /** What a larger gzip file may unpack to, over its own size. */
    private static final int MOST_EXPANSION = 64;

    /**
     * The whole file, checked to its last byte.
     *
     * @param rank how many axes it must have
     * @throws BadDataException if it can't be read or is something else
     */
    Contents read(int rank) {
        try (InputStream raw = opening.open();
                InputStream plain =
                        isGzip() ? WholeGzip.of(raw, BUFFER_BYTES) : new BufferedInputStream(raw, BUFFER_BYTES);
                DataInputStream in = new DataInputStream(plain)) {
            int magic = in.readInt();
            if (magic != UNSIGNED_BYTES + rank) {
                throw bad("magic number 0x%08x, expected 0x%08x (IDX, unsigned bytes, %d axes)"
                        .formatted(magic, UNSIGNED_BYTES + rank, rank));
            }
            int[] extents = new int[rank];
            for (int axis = 0; axis < rank; axis++) {
                extents[axis] = in.readInt();
            }
            return new Contents(extents, elements(in, size(extents)));
        } catch (EOFException e) {
            throw new BadDataException(name, "truncated: it ends too early, expected a whole IDX file", e);
        } catch (ZipException e) {
            throw new BadDataException(name, "not gzip, or corrupt (" + e.getMessage() + ")", e);
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

    private int size(int[] extents) {
        long size = 1;
        for (int extent : extents) {
            if (extent < 1) {
                throw bad("holds nothing: an extent of " + extent + ", expected at least 1");
            }
            size *= extent;
            if (size > LONGEST_ARRAY) {
                throw bad("its header speaks of more than 2 GiB, expected fewer bytes");
            }
        }
        long most = isGzip() ? Math.max(MOST_BLANK_BYTES, MOST_EXPANSION * fileBytes) : fileBytes;
        if (size > most) {
            throw bad((isGzip() ? "" : "truncated: ") + "its header speaks of " + size + " bytes, expected at most "
                    + most + " in a file of " + fileBytes);
        }
        return (int) size;
    }

    /** A header may lie all the same: memory is taken as the bytes come, not as it says. */
    private byte[] elements(InputStream in, int size) throws IOException {
        byte[] elements = in.readNBytes(size);
        if (elements.length < size) {
            throw bad("truncated: " + elements.length + " bytes after the header, expected " + size);
        }
        if (in.read() >= 0) {
            throw bad("bytes follow the " + size + " that the header speaks of, expected none");
        }
        return elements;
    }
}
