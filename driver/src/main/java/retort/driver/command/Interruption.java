package retort.driver.command;

import java.util.List;
import java.util.Map;
import retort.driver.cli.ExitCode;
import retort.driver.job.InterruptedJobException;

/**
 * Ctrl-C, SIGTERM or a closed terminal, turned into an exception at the next safe place, so that the job can save what
 * it has. The second such signal ends the process at once.
 */
public final class Interruption {
    /** Signals, and the exit codes that shells give to what they end. */
    private static final Map<String, Integer> SIGNALS =
            Map.of("INT", ExitCode.INTERRUPTED, "TERM", ExitCode.TERMINATED, "HUP", ExitCode.HUNG_UP);

    private static volatile Interruption current;

    private final List<Runnable> givingBack;
    private volatile Runnable told = () -> {};
    private volatile int code;
    private volatile String goesOn;
    private volatile Runnable begun = () -> {};

    private Interruption() {
        givingBack = SIGNALS.entrySet().stream()
                .map(signal -> Signals.handle(signal.getKey(), () -> request(signal.getValue())))
                .toList();
    }

    /** From now on a signal waits for the job. */
    static synchronized Interruption begin() {
        end(ExitCode.DONE);
        current = new Interruption();
        return current;
    }

    /**
     * The command is over, with this exit code.
     *
     * @return the same, or that of the signal that interrupted it
     */
    public static synchronized int end(int exitCode) {
        if (current == null) {
            return exitCode;
        }
        current.givingBack.forEach(Runnable::run);
        int signalled = current.code;
        current = null;
        return exitCode == ExitCode.INTERRUPTED ? signalled : exitCode;
    }

    /** Has the user told that the signal came: the step in work may take a while. */
    void tell(Runnable telling) {
        told = telling;
    }

    /**
     * The user is told that this command goes on from where the job is stopped.
     *
     * @param begin makes sure that there is something to go on from, however early that is
     */
    void goesOnWith(String command, Runnable begin) {
        goesOn = command;
        begun = begin;
    }

    /** What a signal does. */
    static void request(int exitCode) {
        Interruption current = Interruption.current;
        if (current == null || current.code != 0) {
            Runtime.getRuntime().halt(exitCode);
        }
        current.code = exitCode;
        current.told.run();
    }

    /** Ends the job if the user has asked for it. */
    void check() {
        if (code != 0) {
            begun.run();
            throw goesOn == null ? new InterruptedJobException() : new InterruptedJobException(goesOn);
        }
    }
}
