package retort.kernels;

/** A file of kernel parameters that can't be used. The message names it, says what is wrong and what was expected. */
public final class BadParametersException extends BackendException {
    private static final long serialVersionUID = 1L;

    public BadParametersException(String message) {
        super(message);
    }

    public BadParametersException(String message, Throwable cause) {
        super(message, cause);
    }
}
