package retort.nn;

/** An element is too near 0 at a ReLU for a gradient to compare with: another seed gives other elements. */
final class KinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KinkException(String message) {
        super(message + ": choose another seed");
    }
}
