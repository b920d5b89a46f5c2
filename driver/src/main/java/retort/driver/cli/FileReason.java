package retort.driver.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Why a file can't be read or written, without its name, which a message has already. */
public final class FileReason {
    private FileReason() {}

    /** Such as {@code No space left on device}: the file system's own words where it has some. */
    public static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file or folder";
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException there -> there.getFile() + " is there already";
            case NotDirectoryException file -> file.getFile() + " is a file, expected a folder";
            case CharacterCodingException binary -> "it is no text in UTF-8";
            case FileSystemException named when named.getReason() != null -> named.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    /** What is thrown where a file can't be read. */
    public static UncheckedIOException unreadable(Path file, IOException e) {
        return new UncheckedIOException(file + ": can't be read: " + of(e), e);
    }

    /**
     * The same where it can't be written.
     *
     * @param named the file, or the option that names it
     */
    public static UncheckedIOException unwritable(String named, IOException e) {
        return new UncheckedIOException(named + ": can't be written: " + of(e), e);
    }
}
