package retort.driver.job;

import java.nio.file.Path;

/** The user stopped a job. */
public final class InterruptedJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InterruptedJobException() {
        super("interrupted");
    }

    private InterruptedJobException(String message) {
        super(message);
    }

    /** The same, with the model as it was left in a file. */
    InterruptedJobException keeping(Path checkpoint) {
        return new InterruptedJobException("interrupted; the model as it was is in " + checkpoint);
    }

    /** The same, with results so far in the folder of a job that can go on from there. */
    public InterruptedJobException continuable(Path folder) {
        return new InterruptedJobException(
                "interrupted; the same command with --out=" + folder + " --resume goes on from here");
    }
}
