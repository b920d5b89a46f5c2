package retort.driver.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

/**
 * A file of one array that stays open, to read from it what is asked for.
 *
 * @param begin of its numbers
 * @param unpackedIn where its numbers are for now, if they are not in the file itself
 */
record PlainArray(Path file, FileChannel channel, ArrayFormat.Header header, long begin, Optional<Path> unpackedIn) {
    /** Opens a file and reads its header. */
    static PlainArray open(Path file, ArrayFormat format) throws IOException, ArrayFormat.BadHeaderException {
        FileChannel channel = InputFile.channel(file, "a file of a data set");
        try {
            ArrayFormat.Header header = format.header(new DataInputStream(Channels.newInputStream(channel)));
            return new PlainArray(file, channel, header, channel.position(), Optional.empty());
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
        try {
            InputFile.read(channel, begin + from, ByteBuffer.wrap(to, 0, count));
        } catch (IOException e) {
            throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e), e);
        }
    }

    void close() throws IOException {
        channel.close();
    }
}
