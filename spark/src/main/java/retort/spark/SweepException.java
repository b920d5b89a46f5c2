package retort.spark;

/** A task failed, in a way that another try may mend. */
final class SweepException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SweepException(String problem) {
        super(problem);
    }

    SweepException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
