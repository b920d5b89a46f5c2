package retort.driver.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/** A file that is written whole or not at all. Processes that write the same one don't meet before it is whole. */
public final class WholeFile {
    private static final Pattern UNFINISHED = Pattern.compile(".+\\.(json|safetensors)\\.\\d+\\.part");

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
        write(file, content, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** @throws OutputTakenException if there is such a file already */
    static void writeNew(Path file, Content content) {
        write(file, content, new CopyOption[0]);
    }

    private static void write(Path file, Content content, CopyOption... replacing) {
        try {
            Path unfinished = unfinished(file);
            try {
                try (OutputStream out = new BufferedOutputStream(newFile(unfinished))) {
                    content.writeTo(out);
                }
                Files.move(unfinished, file, replacing);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (FileAlreadyExistsException e) {
            throw OutputTakenException.file(file.toString());
        } catch (IOException e) {
            throw FileReason.unwritable(file.toString(), e);
        }
    }

    /** What is there of this name may be a link to another file. */
    private static OutputStream newFile(Path unfinished) throws IOException {
        Files.deleteIfExists(unfinished);
        return Files.newOutputStream(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Whether a file has such a name as they have before they are whole. */
    static boolean isUnfinished(Path file) {
        return UNFINISHED.matcher(file.getFileName().toString()).matches();
    }

    /** A name beside it that no other process uses. */
    static Path unfinished(Path file) {
        return file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    }
}
