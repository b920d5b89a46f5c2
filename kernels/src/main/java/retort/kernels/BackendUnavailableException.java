package retort.kernels;

/** An engine or device that was asked for is not here. The message says why and what would bring it. */
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param engine the engine asked for
     * @param reason why it can't be had
     * @param remedy what to do about it
     */
    public BackendUnavailableException(Engine engine, String reason, String remedy) {
        super(engine + " is not available: " + reason + "; " + remedy);
    }
}
