package retort.bench.report;

/** A file for {@code --baseline} that no run of bench wrote. */
public final class BadBaselineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadBaselineException(String message) {
        super(message);
    }
}
