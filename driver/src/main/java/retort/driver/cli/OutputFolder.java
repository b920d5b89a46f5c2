package retort.driver.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Where a command's results go. It is made, and found writable, before any work, and goes again if there are none.
 *
 * @param existing the part of the path that was there before
 */
public record OutputFolder(Path path, Path existing) implements AutoCloseable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** @param wanted the user's folder, or null for one named after command and time */
    public static OutputFolder open(Path wanted, String command) {
        Path path = wanted != null
                ? wanted
                : Path.of("retort-out", command + "-" + LocalDateTime.now().format(TIME));
        Path existing = path.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            Files.createDirectories(path);
            Path probe = path.resolve(".retort-probe");
            Files.deleteIfExists(probe);
            Files.createFile(probe);
            Files.delete(probe);
        } catch (FileAlreadyExistsException e) {
            throw new UncheckedIOException("--out=" + path + ": " + e.getFile() + " is no folder", e);
        } catch (IOException e) {
            throw new UncheckedIOException("--out=" + path + ": the folder can't be written to", e);
        }
        return new OutputFolder(path, existing);
    }

    /** Writes a file of it, whole or not at all. */
    public Path write(String name, String text) {
        Path file = path.resolve(name);
        WholeFile.write(file, text);
        return file;
    }

    /** Takes away what was made and is still empty. */
    @Override
    public void close() {
        try {
            for (Path made = path.toAbsolutePath(); !made.equals(existing); made = made.getParent()) {
                Files.delete(made);
            }
        } catch (DirectoryNotEmptyException e) {
            // The results are in it.
        } catch (IOException e) {
            throw new UncheckedIOException("--out=" + path + ": the folder can't be written to", e);
        }
    }
}
