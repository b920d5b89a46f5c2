package retort.bench.command;

/** A shape file that holds something else. */
public final class BadShapesException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadShapesException(IllegalArgumentException cause) {
        super(cause.getMessage(), cause);
    }
}
