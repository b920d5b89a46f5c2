package retort.nn;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import retort.kernels.file.Printable;

/**
 * A model file that can't be read or written. The message is one line: the file, then what is wrong with it. Control
 * characters of the file stand in it as escapes, and of a long name its beginning.
 */
public final class ModelFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file the model file
     * @param problem what is wrong with it and, where that helps, what was expected
     */
    public ModelFileException(Path file, String problem) {
        super(Printable.message(file + ": " + problem));
    }

    ModelFileException(Path file, String problem, Exception cause) {
        super(Printable.message(file + ": " + problem + ": " + reason(cause)), cause);
    }

    /** Of a file that the file system does not give. */
    public static ModelFileException unreadable(Path file, IOException cause) {
        return new ModelFileException(file, "can't be read", cause);
    }

    /** The file system's exceptions carry little more than a path, which the message has already. */
    private static String reason(Exception cause) {
        return switch (cause) {
            case NoSuchFileException e -> "no such file or folder";
            case AccessDeniedException e -> "permission denied";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        };
    }
}
