package retort.nn;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * A model file that can't be read or written. The message is one line: the file, then what is wrong with it. Control
 * characters of the file stand in it as escapes, and of a long name its beginning.
 */
public final class ModelFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_MESSAGE = 1000;

    /**
     * @param file the model file
     * @param problem what is wrong with it and, where that helps, what was expected
     */
    public ModelFileException(Path file, String problem) {
        super(line(file + ": " + problem));
    }

    ModelFileException(Path file, String problem, Exception cause) {
        super(line(file + ": " + problem + ": " + reason(cause)), cause);
    }

    private static String line(String message) {
        return message.codePoints()
                .limit(LONGEST_MESSAGE)
                .mapToObj(c -> isPrintable(c) ? Character.toString(c) : String.format("\\u%04x", c))
                .collect(Collectors.joining());
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                false;
            default -> true;
        };
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
