package retort.kernels.opencl;

import retort.kernels.BackendException;
import retort.kernels.Device;

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

    private OpenClException(String message, OpenClException told) {
        super(message, told.getCause());
        this.status = told.status;
        this.buildLog = told.buildLog;
        for (Throwable further : told.getSuppressed()) {
            addSuppressed(further);
        }
        setStackTrace(told.getStackTrace());
    }

    /** The same with the device's name in its message. */
    OpenClException on(Device device) {
        return getMessage().contains(device.name())
                ? this
                : new OpenClException(getMessage() + " on " + device.name(), this);
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
