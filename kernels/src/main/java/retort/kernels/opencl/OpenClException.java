package retort.kernels.opencl;

import retort.kernels.BackendException;

/** An OpenCL call failed. The message is one line; what the device's compiler said is kept beside it. */
public final class OpenClException extends BackendException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String buildLog;

    OpenClException(String message, String buildLog) {
        super(message);
        this.status = 0;
        this.buildLog = buildLog;
    }

    /** @param status that a call gave */
    OpenClException(String message, int status) {
        super(message);
        this.status = status;
        this.buildLog = "";
    }

    /** What the call gave that failed, 0 if none did. */
    int status() {
        return status;
    }

    /** The compiler's log where a program did not build, else empty. */
    public String buildLog() {
        return buildLog;
    }

    /** With the compiler's log, so that a stack trace shows it. */
    @Override
    public String toString() {
        return buildLog.isEmpty() ? super.toString() : super.toString() + System.lineSeparator() + buildLog.strip();
    }
}
