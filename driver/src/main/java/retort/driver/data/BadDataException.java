package retort.driver.data;

/** A data set that can't be used. The message is one line: which file, what is wrong, what was expected. */
public final class BadDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadDataException(String file, String problem) {
        super(file + ": " + problem);
    }

    BadDataException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
