package retort.driver;

import java.io.PrintWriter;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import retort.driver.cli.Complaints;
import retort.driver.cli.ExitCode;
import retort.driver.cluster.StudyEngine;
import retort.driver.command.Interruption;
import retort.driver.command.RetortCommand;
import retort.driver.config.BadConfigException;
import retort.driver.data.BadDataException;
import retort.driver.job.DivergedException;
import retort.driver.job.InterruptedJobException;
import retort.driver.study.Grid;
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

    /** Runs a command line within another program. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = RetortCommand.line(args).setOut(out).setErr(err);
        return Interruption.end(COMPLAINTS.execute(line, args));
    }

    /** Runs {@code study sweep} with these options on an engine. */
    public static int sweep(StudyEngine engine, String... options) {
        String[] args =
                Stream.concat(Stream.of("study", Grid.NAME), Stream.of(options)).toArray(String[]::new);
        return COMPLAINTS.execute(RetortCommand.sweep(engine), args);
    }
}
