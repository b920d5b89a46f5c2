package retort.driver.data;

import retort.kernels.file.Printable;

/** A data set that can't be used. The message is one line: which file, what is wrong, what was expected. */
public final class BadDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadDataException(String file, String problem) {
        super(Printable.message(file + ": " + problem));
    }

    BadDataException(String file, String problem, Throwable cause) {
        super(Printable.message(file + ": " + problem), cause);
    }
}
