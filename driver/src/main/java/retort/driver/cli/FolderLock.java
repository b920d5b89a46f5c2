package retort.driver.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Keeps a folder to one process, by a locked file in it. A process that is killed leaves the file, but not locked. */
final class FolderLock implements AutoCloseable {
    private static final String NAME = ".retort-lock";

    private static final int LONGEST_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final boolean left;

    private FolderLock(Path file, FileChannel channel, boolean left) {
        this.file = file;
        this.channel = channel;
        this.left = left;
    }

    /**
     * The lock of a folder, none if another process has it.
     *
     * @throws IOException if the folder can't be written to, NoSuchFileException if it is gone
     */
    static Optional<FolderLock> of(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            if (isFree(channel)) {
                boolean left = channel.size() > 0;
                mark(file, channel);
                return Optional.of(new FolderLock(file, channel, left));
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /**
     * Gives the file a length of its own. Whoever had it before may have taken it away after it was opened here, and
     * another may have made one anew: then what is locked here is not what is there. To open what is there, and close
     * it, would give up the lock.
     *
     * @throws NoSuchFileException in that case
     */
    private static void mark(Path file, FileChannel channel) throws IOException {
        long bytes = 1 + ThreadLocalRandom.current().nextInt(LONGEST_BYTES);
        channel.truncate(0);
        channel.write(ByteBuffer.allocate(1), bytes - 1);
        if (Files.size(file) != bytes) {
            throw new NoSuchFileException(file.toString());
        }
    }

    /** Whether a process that was killed has left it. */
    boolean isLeft() {
        return left;
    }

    private static boolean isFree(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            // Some file systems of clusters have no locks; there it is up to the user.
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}
