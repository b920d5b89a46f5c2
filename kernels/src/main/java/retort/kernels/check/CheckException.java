package retort.kernels.check;

import retort.kernels.BackendException;

/** A kernel did what its spec does not allow; the message names it and how to see it again. */
public final class CheckException extends BackendException {
    private static final long serialVersionUID = 1L;

    public CheckException(String message) {
        super(message);
    }
}
