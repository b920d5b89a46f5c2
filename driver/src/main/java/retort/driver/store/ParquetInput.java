package retort.driver.store;

import dev.hardwood.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A Parquet file whose ranges are read into the heap. Hardwood's own maps it, and decompresses what is mapped in native
 * code, on threads of its own: another process that shortens the file then ends the JVM.
 */
final class ParquetInput implements InputFile {
    private final Path file;
    private FileChannel channel;

    ParquetInput(Path file) {
        this.file = file;
    }

    @Override
    public void open() throws IOException {
        if (channel == null) {
            channel = retort.driver.cli.InputFile.channel(file, "a Parquet file");
        }
    }

    @Override
    public ByteBuffer readRange(long offset, int length) throws IOException {
        if (offset < 0 || length < 0 || length > length() - offset) {
            throw new EOFException("it ends at byte " + length() + ", before what it says it holds");
        }
        ByteBuffer range = ByteBuffer.allocate(length);
        retort.driver.cli.InputFile.read(channel, offset, range);
        return range.flip();
    }

    @Override
    public long length() throws IOException {
        return channel.size();
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
