package retort.driver.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import retort.kernels.file.AtomicFile;

/** A file that a user named for a result: refused before any work if it can't be written, and written whole. */
public final class OutputFile {
    private final Path path;
    private final boolean force;

    private OutputFile(Path path, boolean force) {
        this.path = path;
        this.force = force;
    }

    /**
     * Finds out whether the file can be written; folders above it are made.
     *
     * @param option that named it, for messages
     * @param force whether a file that is there is overwritten
     * @throws OutputTakenException if a file is there that is not to be overwritten
     * @throws UncheckedIOException if it is a folder, or can't be written
     */
    public static OutputFile open(String option, Path wanted, boolean force) {
        Path path = OutputFolder.plain(wanted);
        String named = option + "=" + wanted;
        if (Files.isDirectory(path)) {
            throw new UncheckedIOException(named + ": is a folder, expected a file", new IOException());
        }
        if (!force && Files.exists(path)) {
            throw OutputTakenException.file(named);
        }
        OutputFolder.checkParts(named, path.getParent());
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            AtomicFile.check(path);
            AtomicFile.removeUnfinishedOf(path);
        } catch (IOException e) {
            throw FileReason.unwritable(named, e);
        }
        return new OutputFile(path, force);
    }

    public Path path() {
        return path;
    }

    public void write(String text) {
        write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** @throws OutputTakenException if a file has come there meanwhile that is not to be overwritten */
    public void write(WholeFile.Content content) {
        if (force) {
            WholeFile.write(path, content);
        } else {
            WholeFile.writeNew(path, content);
        }
    }
}
