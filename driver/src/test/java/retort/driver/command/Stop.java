package retort.driver.command;

import retort.driver.cli.ExitCode;

/** A user's Ctrl-C without a terminal. */
public final class Stop {
    private Stop() {}

    /** Stops the command that is at work in this JVM. */
    public static void now() {
        Interruption.request(ExitCode.INTERRUPTED);
    }
}
