package retort.driver.cli;

/** What the program's exit code says. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int UNAVAILABLE = 3;
    public static final int BAD_FILE = 4;
    public static final int DIVERGED = 5;

    /** Of what SIGHUP, SIGINT or SIGTERM ended: 128 and the signal's number, as shells have it. */
    public static final int HUNG_UP = 129;

    public static final int INTERRUPTED = 130;
    public static final int TERMINATED = 143;

    private ExitCode() {}
}
