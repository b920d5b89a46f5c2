package retort.kernels;

/**
 * A file of kernel parameters that can't be used. The message is one line: it names the file, says what is wrong and
 * what was expected. Control characters of the file stand in it as escapes, and of a long text its beginning.
 */
public final class BadParametersException extends BackendException {
    private static final long serialVersionUID = 1L;

    public BadParametersException(String message, Throwable cause) {
        super(message, cause);
    }
}
