package retort.spark;

/** Why images can't be labelled, in one line. */
public final class LabellingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LabellingException(String problem) {
        super(problem);
    }

    LabellingException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
