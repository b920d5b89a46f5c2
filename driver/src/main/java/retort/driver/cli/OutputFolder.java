package retort.driver.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.stream.Stream;
import retort.kernels.file.AtomicFile;

/**
 * Where a command's results go. It is made, found writable, and kept to this command before any work, and goes again if
 * there are none.
 */
public final class OutputFolder implements AutoCloseable {
    /** A folder in it that a command which was stopped leaves, to go on from. */
    public static final String CHECKPOINT = "checkpoint";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final Path ROOT = Path.of("retort-out");

    /** Another command may take an empty folder away just when this one has found it. */
    private static final int ATTEMPTS = 20;

    /** What becomes of results that are there already. */
    public enum Existing {
        /** The folder is refused; the user is told that there is a {@code --force}. */
        REFUSED,
        /** The same, and of {@code --resume}. */
        REFUSED_BUT_RESUMABLE,
        /** Files of the same names are overwritten. */
        OVERWRITTEN,
        /** The command goes on from them. */
        RESUMED
    }

    private final Path path;
    private final Path above;
    private final FolderLock lock;

    /** @param above the part of the path that was there before */
    private OutputFolder(Path path, Path above, FolderLock lock) {
        this.path = path;
        this.above = above;
        this.lock = lock;
    }

    /**
     * @param wanted the user's folder, or null for a new one named after command and time
     * @throws OutputTakenException if it holds files and these are refused, or another command is at work in it
     * @throws UncheckedIOException if it can't be made or written to
     */
    public static OutputFolder open(Path wanted, String command, Existing existing) {
        Path named = wanted != null
                ? plain(wanted)
                : ROOT.resolve(command + "-" + LocalDateTime.now().format(TIME));
        Path above = existingPart(wanted != null ? named : ROOT);
        checkParts("--out=" + named, named);
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    Path path = wanted != null ? Files.createDirectories(named) : made(named);
                    return locked(path, above, existing);
                } catch (NoSuchFileException | FileAlreadyExistsException e) {
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw FileReason.unwritable("--out=" + named, e);
        }
    }

    /**
     * @param named the option that names the path, for messages
     * @throws UncheckedIOException if a folder of it is a file
     */
    static void checkParts(String named, Path path) {
        for (Path part = path; part != null; part = part.getParent()) {
            if (Files.isRegularFile(part)) {
                IOException e = new NotDirectoryException(part.toString());
                throw new UncheckedIOException(named + ": " + FileReason.of(e), e);
            }
        }
    }

    /**
     * The same without "." and "..", by which folders would be made, and found not empty, that nobody wants; one that
     * is there keeps its name.
     */
    static Path plain(Path wanted) {
        if (Files.exists(wanted) || wanted.equals(wanted.normalize())) {
            return wanted;
        }
        try {
            Path existing = existingPart(wanted);
            Path all = wanted.toAbsolutePath();
            Path missing = all.subpath(existing.getNameCount(), all.getNameCount());
            Path plain = existing.toRealPath().resolve(missing).normalize();
            Path here = Path.of("").toRealPath();
            return wanted.isAbsolute() || plain.equals(here) ? plain : here.relativize(plain);
        } catch (IOException e) {
            throw FileReason.unwritable(wanted.toString(), e);
        }
    }

    private static Path existingPart(Path path) {
        Path existing = path.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing;
    }

    /** A folder of that name, or with a number behind it: another command may have begun in the same second. */
    private static Path made(Path named) throws IOException {
        Files.createDirectories(named.getParent());
        Path path = named;
        for (int number = 2; ; number++) {
            try {
                return Files.createDirectory(path);
            } catch (FileAlreadyExistsException e) {
                path = named.resolveSibling(named.getFileName() + "-" + number);
            }
        }
    }

    private static OutputFolder locked(Path path, Path above, Existing existing) throws IOException {
        String option = "--out=" + path;
        FolderLock lock = FolderLock.of(path).orElseThrow(() -> OutputTakenException.inUse(option));
        boolean resumable = existing == Existing.REFUSED_BUT_RESUMABLE;
        if (existing == Existing.REFUSED || resumable) {
            Optional<String> held = file(path);
            if (held.isPresent()) {
                lock.close();
                throw OutputTakenException.folder(option, held.get(), resumable);
            }
        }
        AtomicFile.removeUnfinished(path);
        return new OutputFolder(path, above, lock);
    }

    /** @throws OutputTakenException if there are results of others in it */
    public void checkEmpty() {
        try {
            Optional<String> held = file(path);
            if (held.isPresent()) {
                throw OutputTakenException.folder("--out=" + path, held.get(), false);
            }
        } catch (IOException e) {
            throw FileReason.unreadable(path, e);
        }
    }

    /** A file that is there: the first by name that is not hidden. Folders are no results, but for a checkpoint. */
    private static Optional<String> file(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !Files.isDirectory(file) || file.endsWith(CHECKPOINT))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .min(String::compareTo);
        }
    }

    public Path path() {
        return path;
    }

    /**
     * Makes it again if somebody has removed it.
     *
     * @return whether that was so
     * @throws UncheckedIOException if it can't be made
     */
    public boolean restore() {
        if (Files.isDirectory(path)) {
            return false;
        }
        try {
            Files.createDirectories(path);
            return true;
        } catch (IOException e) {
            throw FileReason.unwritable("--out=" + path, e);
        }
    }

    /** Whether the last command in it was killed, and may have had no time to keep anything. */
    public boolean isLeft() {
        return lock.isLeft();
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
            lock.close();
            for (Path made = path.toAbsolutePath(); !made.equals(above); made = made.getParent()) {
                Files.deleteIfExists(made);
            }
        } catch (DirectoryNotEmptyException e) {
            // The results are in it.
        } catch (IOException e) {
            throw FileReason.unwritable("--out=" + path, e);
        }
    }
}
