package retort.driver.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import retort.kernels.file.AtomicFile;

/** A file that is written whole or not at all. Processes that write the same one don't meet before it is whole. */
public final class WholeFile {
    private WholeFile() {}

    /** Writes what a file is to hold. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Whatever was there before. */
    public static void write(Path file, String text) {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whatever was there before. */
    public static void write(Path file, Content content) {
        try {
            AtomicFile.write(file, channel(content));
        } catch (IOException e) {
            throw FileReason.unwritable(file.toString(), e);
        }
    }

    /** @throws OutputTakenException if there is such a file already */
    static void writeNew(Path file, Content content) {
        try {
            AtomicFile.writeNew(file, channel(content));
        } catch (FileAlreadyExistsException e) {
            throw OutputTakenException.file(file.toString());
        } catch (IOException e) {
            throw FileReason.unwritable(file.toString(), e);
        }
    }

    private static AtomicFile.Content channel(Content content) {
        return channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            content.writeTo(out);
            out.flush();
        };
    }
}
