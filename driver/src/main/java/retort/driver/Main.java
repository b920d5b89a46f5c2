package retort.driver;

import picocli.CommandLine;
import retort.driver.command.ExitCode;
import retort.driver.command.Interruption;
import retort.driver.command.RetortCommand;

/** The {@code retort} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int code = run(args);
        if (code != ExitCode.INTERRUPTED) {
            System.exit(code);
        }
        // The JVM is already going down, and exits with 130 by itself once its hooks are done.
    }

    /** Runs a command line and gives its exit code. */
    static int run(String... args) {
        CommandLine line = RetortCommand.line(args);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOverwrittenOptionsAllowed(true);
        line.setExecutionExceptionHandler(RetortCommand::explain);
        line.setParameterExceptionHandler(RetortCommand::explainUsage);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            return RetortCommand.explainMemory(line);
        } finally {
            Interruption.end();
        }
    }
}
