package retort.kernels.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files that are written whole or not at all, whoever else writes them, and whenever the process or the machine stops.
 * Until it is whole, a file has another name, of its own, and is locked: what is not was left by a process that was
 * killed.
 */
public final class AtomicFile {
    private static final Pattern UNFINISHED = Pattern.compile("(.+)\\.[0-9a-f]{16}\\.part");
    private static final LinkOption NOT_A_LINK = LinkOption.NOFOLLOW_LINKS;

    private AtomicFile() {}

    /** Writes what a file is to hold. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Whatever was there before.
     *
     * @throws IOException if the file can't be written; it is then as it was, or not there
     */
    public static void write(Path file, Content content) throws IOException {
        write(file, content, unfinished -> move(unfinished, file));
    }

    /**
     * The same where there is no such file.
     *
     * @throws FileAlreadyExistsException if there is one, from before or meanwhile
     */
    public static void writeNew(Path file, Content content) throws IOException {
        write(file, content, unfinished -> link(unfinished, file));
    }

    /** @throws IOException if no file can be made beside this one */
    public static void check(Path file) throws IOException {
        Path unfinished = unfinished(file);
        Files.createFile(unfinished);
        Files.delete(unfinished);
    }

    /** Removes what processes that were killed have begun to write in a folder, and we may remove. */
    public static void removeUnfinished(Path folder) throws IOException {
        removeUnfinished(folder, name -> true);
    }

    /** The same of one file. */
    public static void removeUnfinishedOf(Path file) throws IOException {
        removeUnfinished(
                file.toAbsolutePath().getParent(),
                name -> name.equals(file.getFileName().toString()));
    }

    private static void removeUnfinished(Path folder, Predicate<String> finished) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                var matcher = UNFINISHED.matcher(file.getFileName().toString());
                if (matcher.matches() && finished.test(matcher.group(1)) && Files.isRegularFile(file, NOT_A_LINK)) {
                    removeUnlocked(file);
                }
            }
        }
    }

    private static void removeUnlocked(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, NOT_A_LINK)) {
            if (channel.tryLock() != null) {
                Files.deleteIfExists(file);
            }
        } catch (OverlappingFileLockException | IOException e) {
            // This process is at it, the one that was has ended, or it is another user's.
        }
    }

    @FunctionalInterface
    private interface Placing {
        void place(Path unfinished) throws IOException;
    }

    private static void write(Path file, Content content, Placing placing) throws IOException {
        boolean written = false;
        while (!written) {
            Path unfinished = unfinished(file);
            // Nobody else has a file of that name, nor a link.
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                written = isKept(unfinished, channel);
                if (written) {
                    content.writeTo(channel);
                    // Without this a crash after the move may leave the new name on a file without its blocks.
                    channel.force(true);
                    placing.place(unfinished);
                }
            } finally {
                Files.deleteIfExists(unfinished);
            }
        }
        forceFolder(file.toAbsolutePath().getParent());
    }

    /** Whether it is locked; before, it may have been taken for one that was left. */
    private static boolean isKept(Path unfinished, FileChannel channel) {
        try {
            return channel.tryLock() != null && Files.exists(unfinished);
        } catch (IOException e) {
            // Some file systems of clusters have no locks; who removes what was left can't lock there either.
            return true;
        }
    }

    private static Path unfinished(Path file) {
        String own = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        return file.resolveSibling(file.getFileName() + "." + own + ".part");
    }

    private static void move(Path unfinished, Path file) throws IOException {
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A second name is given to no file that is there already; a move looks first, and another may come between. */
    private static void link(Path unfinished, Path file) throws IOException {
        try {
            Files.createLink(file, unfinished);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | IOException e) {
            Files.move(unfinished, file);
        }
    }

    /** A name is not sure to be on the disk before its folder is. */
    public static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders, and some file systems force none: there the file is whole all the same.
        }
    }
}
