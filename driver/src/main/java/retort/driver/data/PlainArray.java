package retort.driver.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

/**
 * A file of one array that stays open, to read from it what is asked for. It is read, not mapped: where another
 * process shortens it, that is an error which can be told.
 *
 * @param begin of its numbers
 */
record PlainArray(Path file, FileChannel channel, ArrayFormat.Header header, long begin) {
    /** Opens a file and reads its header. */
    static PlainArray open(Path file, ArrayFormat format) throws IOException, ArrayFormat.BadHeaderException {
        InputFile.open(file, "a file of a data set").close();
        FileChannel channel = FileChannel.open(file);
        try {
            ArrayFormat.Header header = format.header(new DataInputStream(Channels.newInputStream(channel)));
            return new PlainArray(file, channel, header, channel.position());
        } catch (IOException | ArrayFormat.BadHeaderException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Bytes behind the header. */
    long bytesThere() throws IOException {
        return channel.size() - begin;
    }

    /**
     * Reads so many bytes of its numbers.
     *
     * @throws BadDataException if they can't be read, or are not there any more
     */
    void read(long from, int count, byte[] to) {
        ByteBuffer bytes = ByteBuffer.wrap(to, 0, count);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, begin + from + bytes.position()) < 0) {
                    throw new EOFException("it was shortened while it was read");
                }
            }
        } catch (IOException e) {
            throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e), e);
        }
    }

    void close() throws IOException {
        channel.close();
    }
}
