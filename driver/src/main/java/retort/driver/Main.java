package retort.driver;

import java.util.Map;
import picocli.CommandLine;
import retort.driver.cli.Complaints;
import retort.driver.cli.ExitCode;
import retort.driver.command.Interruption;
import retort.driver.command.RetortCommand;
import retort.driver.config.BadConfigException;
import retort.driver.data.BadDataException;
import retort.driver.job.DivergedException;
import retort.driver.job.InterruptedJobException;
import retort.nn.ModelFileException;

/** The {@code retort} command. */
public final class Main {
    private static final Complaints COMPLAINTS = new Complaints(
            Map.of(
                    BadConfigException.class, ExitCode.BAD_FILE,
                    BadDataException.class, ExitCode.BAD_FILE,
                    ModelFileException.class, ExitCode.BAD_FILE,
                    DivergedException.class, ExitCode.DIVERGED,
                    InterruptedJobException.class, ExitCode.INTERRUPTED),
            Interruption::reason);

    private Main() {}

    public static void main(String[] args) {
        Interruption.handleSignals();
        System.exit(run(args));
    }

    /** A command line that knows all commands, for help and tests. */
    static CommandLine line() {
        return COMPLAINTS.prepare(RetortCommand.line());
    }

    /** Runs a command line and gives its exit code. */
    static int run(String... args) {
        return Interruption.end(COMPLAINTS.execute(RetortCommand.line(args), args));
    }
}
