package retort.bench.kernel;

/** A contender whose result is not what the operation's definition gives: it is not timed. */
public final class WrongKernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongKernelException(String message) {
        super(message);
    }
}
