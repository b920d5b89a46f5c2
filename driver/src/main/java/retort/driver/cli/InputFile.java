package retort.driver.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Files that a user named to be read. */
public final class InputFile {
    private InputFile() {}

    /**
     * Opens a regular file, or a link to one: a pipe would be waited for, and a device may have no end.
     *
     * @param expected what it should be, for messages: "an image"
     * @throws IOException if it is anything else or can't be read; {@link FileReason#of} says why
     */
    public static InputStream open(Path file, String expected) throws IOException {
        check(file, expected);
        return Files.newInputStream(file);
    }

    /** The same of a file that is read at any place, by {@link #read}. */
    public static FileChannel channel(Path file, String expected) throws IOException {
        check(file, expected);
        return FileChannel.open(file);
    }

    private static void check(Path file, String expected) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (attributes.isDirectory()) {
            throw new FileSystemException(file.toString(), null, "it is a folder, expected " + expected);
        }
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(file.toString(), null, "it is a pipe or device, expected " + expected);
        }
    }

    /**
     * Reads from a place on what a buffer has room for. Nothing is mapped: a file that another process shortens is an
     * error that can be told.
     *
     * @throws EOFException if the file ends before
     */
    public static void read(FileChannel file, long from, ByteBuffer to) throws IOException {
        long begin = from - to.position();
        while (to.hasRemaining()) {
            if (file.read(to, begin + to.position()) < 0) {
                throw new EOFException("it was shortened while it was read");
            }
        }
    }

    /** All of one that is text in UTF-8; the same is refused. */
    public static String text(Path file, String expected) throws IOException {
        try (Reader reader = new InputStreamReader(open(file, expected), StandardCharsets.UTF_8.newDecoder())) {
            return reader.readAllAsString();
        }
    }

    /**
     * Whether there is something of this name.
     *
     * @throws IOException if that can't be found out, as in a folder that may not be entered
     */
    public static boolean exists(Path path) throws IOException {
        try {
            Files.readAttributes(path, BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
