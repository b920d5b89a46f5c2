package retort.driver.command;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import retort.driver.cli.ExitCode;
import retort.driver.job.InterruptedJobException;
import retort.kernels.BackendException;
import retort.kernels.BackendUnavailableException;

/**
 * Ctrl-C, SIGTERM or a closed terminal, turned into an exception at the next safe place, so that the job can save what
 * it has. If none is reached soon, as where a step takes many seconds, the command ends all the same, and goes on later
 * from what was saved last. The second such signal ends the process at once.
 */
public final class Interruption {
    /** Signals, and the exit codes that shells give to what they end. */
    private static final Map<String, Integer> SIGNALS =
            Map.of("INT", ExitCode.INTERRUPTED, "TERM", ExitCode.TERMINATED, "HUP", ExitCode.HUNG_UP);

    /** Who asked is to have an answer within 2 s. */
    private static final long MILLIS_TO_A_SAFE_PLACE = 700;

    private static volatile Interruption current;

    /** Who ends the command. */
    private enum End {
        /** Nobody yet. */
        OPEN,
        /** The job, at a safe place, or at its own end. */
        OF_THE_JOB,
        /** The signal. */
        OF_THE_SIGNAL
    }

    private final AtomicReference<End> end = new AtomicReference<>(End.OPEN);
    private volatile Runnable told = () -> {};
    private volatile int code;
    private volatile String goesOn;
    private volatile Runnable begun = () -> {};
    private volatile Runnable left = () -> {};

    private Interruption() {}

    /**
     * From now on a signal is ours: before a command is at work, and after it, it ends the process, without the JVM's
     * own way of shutting down, in which what is still at work would fail.
     */
    public static void handleSignals() {
        SIGNALS.forEach((signal, exitCode) ->
                Signals.handle(signal, () -> request(exitCode).endUnlessSoon()));
    }

    /** From now on a signal waits for the job. */
    static synchronized Interruption begin() {
        current = new Interruption();
        return current;
    }

    /**
     * The command is over, with this exit code.
     *
     * @return the same, or that of the signal that interrupted it
     */
    public static synchronized int end(int exitCode) {
        Interruption ended = current;
        if (ended == null) {
            return exitCode;
        }
        ended.endByJob();
        current = null;
        return exitCode == ExitCode.INTERRUPTED ? ended.code : exitCode;
    }

    /**
     * Why a command failed. OpenCL drivers with a compiler of LLVM see the signals too, and lose what they compile: an
     * engine that fails after one was interrupted.
     */
    public static Exception reason(Exception failure) {
        Interruption interrupted = current;
        boolean ofEngine = failure instanceof BackendException || failure instanceof BackendUnavailableException;
        if (!ofEngine || interrupted == null || interrupted.code == 0) {
            return failure;
        }
        interrupted.endByJob();
        interrupted.begun.run();
        return interrupted.exception();
    }

    /** What is done as soon as the signal comes: the step in work may take a while. */
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

    /** Whether the command can go on later. */
    boolean canGoOn() {
        return goesOn != null;
    }

    /** What is done by another thread than the job's, if that reaches no safe place, before the process ends. */
    void leaveBy(Runnable leaving) {
        left = leaving;
    }

    /**
     * What a signal does.
     *
     * @return what it interrupts
     */
    static Interruption request(int exitCode) {
        Interruption interrupted = current;
        if (interrupted == null || interrupted.code != 0) {
            Runtime.getRuntime().halt(exitCode);
        }
        interrupted.code = exitCode;
        interrupted.told.run();
        return interrupted;
    }

    private void endUnlessSoon() {
        sleep(MILLIS_TO_A_SAFE_PLACE);
        if (end.compareAndSet(End.OPEN, End.OF_THE_SIGNAL)) {
            try {
                begun.run();
                left.run();
                System.err.println("retort: " + exception().getMessage());
                System.err.flush();
            } finally {
                Runtime.getRuntime().halt(code);
            }
        }
    }

    /** Ends the job if the user has asked for it. */
    void check() {
        if (code != 0) {
            endByJob();
            begun.run();
            throw exception();
        }
    }

    /** The command is on its way to its end, and is not hurried. */
    void endByJob() {
        if (end.compareAndExchange(End.OPEN, End.OF_THE_JOB) == End.OF_THE_SIGNAL) {
            // The process ends in a moment, and what was saved is to stay as it is.
            sleep(Long.MAX_VALUE);
        }
    }

    private InterruptedJobException exception() {
        return goesOn == null ? new InterruptedJobException() : new InterruptedJobException(goesOn);
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
