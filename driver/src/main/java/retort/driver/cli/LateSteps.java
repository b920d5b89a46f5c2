package retort.driver.cli;

import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import retort.kernels.file.Printable;

/**
 * What is left to do when the work is done, and what is kept on the way: where a part of it fails that is told, the
 * rest is done all the same, and the exit code is of the first that failed.
 */
public final class LateSteps {
    private final Consumer<String> told;
    private final Set<String> known = new HashSet<>();
    private int code = ExitCode.DONE;

    /** @param told gets a line for the user */
    public LateSteps(Consumer<String> told) {
        this.told = told;
    }

    /** Whether a step was done; {@code what} names it where its exception doesn't. */
    public boolean attempt(String what, Runnable step) {
        try {
            step.run();
            return true;
        } catch (UncheckedIOException e) {
            failed(e.getMessage(), ExitCode.BAD_FILE);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            failed(
                    what + ": " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    ExitCode.FAILED);
        }
        return false;
    }

    /** A step failed; the same is told once. */
    public void failed(String problem, int exitCode) {
        String line = problem.lines().findFirst().orElse("");
        if (known.add(line)) {
            told.accept("retort: " + Printable.text(line));
        }
        code = code == ExitCode.DONE ? exitCode : code;
    }

    /** Of the command, as far as these steps go. */
    public int code() {
        return code;
    }
}
