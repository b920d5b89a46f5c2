package retort.kernels;

import java.util.stream.Collectors;

/**
 * A file of kernel parameters that can't be used. The message is one line: it names the file, says what is wrong and
 * what was expected. Control characters of the file stand in it as escapes, and of a long text its beginning.
 */
public final class BadParametersException extends BackendException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_MESSAGE = 1000;

    public BadParametersException(String message) {
        super(line(message));
    }

    public BadParametersException(String message, Throwable cause) {
        super(line(message), cause);
    }

    private static String line(String message) {
        return message.codePoints()
                .limit(LONGEST_MESSAGE)
                .mapToObj(c -> Character.isISOControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }
}
