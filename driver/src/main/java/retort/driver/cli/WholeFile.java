package retort.driver.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A text file that is written whole or not at all, whatever was there before. */
public final class WholeFile {
    private WholeFile() {}

    public static void write(Path file, String text) {
        try {
            Path unfinished = file.resolveSibling(file.getFileName() + ".part");
            try {
                Files.writeString(unfinished, text);
                Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be written", e);
        }
    }
}
