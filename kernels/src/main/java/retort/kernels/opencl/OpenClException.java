package retort.kernels.opencl;

import retort.kernels.BackendException;

/** An OpenCL call failed. The message is one line; what the device's compiler said is kept beside it. */
public final class OpenClException extends BackendException {
    private static final long serialVersionUID = 1L;

    private final String buildLog;

    OpenClException(String message, String buildLog) {
        super(message);
        this.buildLog = buildLog;
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
