package retort.bench.command;

import java.io.UncheckedIOException;
import retort.kernels.BackendUnavailableException;

/** What the program's exit code says, as for every other command. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int UNAVAILABLE = 3;
    static final int BAD_FILE = 4;

    private ExitCode() {}

    static int of(Exception failure) {
        return switch (failure) {
            case BackendUnavailableException e -> UNAVAILABLE;
            case BadShapesException e -> BAD_FILE;
            case UncheckedIOException e -> BAD_FILE;
            default -> FAILED;
        };
    }
}
