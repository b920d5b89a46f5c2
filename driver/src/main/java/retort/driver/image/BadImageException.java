package retort.driver.image;

/** An image that can't be used; the message says why, and does not name its file. */
final class BadImageException extends Exception {
    private static final long serialVersionUID = 1L;

    BadImageException(String problem) {
        super(problem);
    }
}
