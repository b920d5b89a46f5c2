package retort.driver.command;

import java.io.UncheckedIOException;
import retort.driver.data.BadDataException;
import retort.driver.job.DivergedException;
import retort.driver.job.InterruptedJobException;
import retort.kernels.BackendUnavailableException;
import retort.nn.ModelFileException;

/** What the program's exit code says. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int UNAVAILABLE = 3;
    public static final int BAD_FILE = 4;
    public static final int DIVERGED = 5;
    public static final int INTERRUPTED = 130;

    private ExitCode() {}

    static int of(Exception failure) {
        return switch (failure) {
            case BackendUnavailableException e -> UNAVAILABLE;
            case BadDataException e -> BAD_FILE;
            case ModelFileException e -> BAD_FILE;
            case UncheckedIOException e -> BAD_FILE;
            case DivergedException e -> DIVERGED;
            case InterruptedJobException e -> INTERRUPTED;
            default -> FAILED;
        };
    }
}
