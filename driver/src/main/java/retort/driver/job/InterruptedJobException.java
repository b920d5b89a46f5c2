package retort.driver.job;

/** The user stopped a job. */
public final class InterruptedJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InterruptedJobException() {
        super("interrupted");
    }

    /** @param goesOn the command that goes on from here */
    public InterruptedJobException(String goesOn) {
        super("interrupted; to go on: " + goesOn);
    }
}
