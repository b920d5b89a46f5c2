package retort.driver.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import retort.driver.cli.Bytes;
import retort.driver.cli.FileReason;

/**
 * A file for numbers that are packed where they are from and have no room in memory. It lies in the folder for
 * temporary files, has no name there, and is gone when its process ends, however it does.
 */
final class UnpackedFile {
    private final String from;
    private final Path folder;
    private final FileChannel channel;

    /**
     * @param from whose numbers they are, for people
     * @param bytes that will be written
     * @throws BadDataException if there is no room for them
     */
    UnpackedFile(String from, long bytes) {
        this(from, bytes, Path.of(System.getProperty("java.io.tmpdir")));
    }

    private UnpackedFile(String from, long bytes, Path folder) {
        this.from = from;
        this.folder = folder;
        try {
            long room = Files.getFileStore(folder).getUsableSpace();
            if (bytes > room) {
                throw new BadDataException(
                        from,
                        "its images take " + Bytes.of(bytes) + " unpacked, for which there is no room in memory"
                                + " (--data-memory), and not in " + folder + " (RETORT_JAVA_OPTS=-Djava.io.tmpdir=...),"
                                + " where " + Bytes.of(room) + " are left");
            }
            channel = FileChannel.open(
                    Files.createTempFile(folder, "retort-", ".images"),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private BadDataException failed(IOException e) {
        return new BadDataException(from, "can't be unpacked in " + folder + ": " + FileReason.of(e), e);
    }

    /** Writes so many bytes behind those before. */
    void write(byte[] numbers, int count) {
        ByteBuffer bytes = ByteBuffer.wrap(numbers, 0, count);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** What was written. */
    PlainArray array(ArrayFormat.Header header) {
        return new PlainArray(Path.of(from), channel, header, 0, Optional.of(folder));
    }

    void close() throws IOException {
        channel.close();
    }
}
