package retort.driver.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import retort.driver.job.InterruptedJobException;

/**
 * Ctrl-C, turned into an exception at the next safe place: the JVM's shutdown waits until the job has saved what it had
 * and said so.
 */
public final class Interruption {
    private static final long LONGEST_WAIT_SECONDS = 60;

    private static Interruption current;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "retort-interruption");
    private volatile boolean requested;

    private Interruption() {}

    /** From now on a signal waits for {@link #end}. */
    static synchronized Interruption begin() {
        end();
        current = new Interruption();
        Runtime.getRuntime().addShutdownHook(current.hook);
        return current;
    }

    /** The command is over and has said what it had to say. */
    public static synchronized void end() {
        if (current != null && current.requested) {
            current.over.countDown();
        } else if (current != null) {
            Runtime.getRuntime().removeShutdownHook(current.hook);
        }
        current = null;
    }

    private void await() {
        requested = true;
        try {
            if (!over.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("retort: the job did not stop in time, its unfinished epoch is lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the job if the user has asked for it. */
    void check() {
        if (requested) {
            throw new InterruptedJobException();
        }
    }
}
