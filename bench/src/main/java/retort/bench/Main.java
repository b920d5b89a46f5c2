package retort.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;
import retort.bench.command.BadShapesException;
import retort.bench.command.BenchCommand;
import retort.bench.performance.PerformanceCommand;
import retort.bench.report.BadBaselineException;
import retort.driver.cli.Complaints;
import retort.driver.cli.ExitCode;

/**
 * The {@code retort bench} command, with {@code performance} as the first argument the page of what was measured, and
 * JMH itself: {@code jmh} as the first argument, or an option or pattern that only JMH can mean ({@code -l},
 * {@code -prof}, {@code Gemm}), hands the command line to JMH's own.
 */
public final class Main {
    private static final Complaints COMPLAINTS = new Complaints(
            Map.of(BadShapesException.class, ExitCode.BAD_FILE, BadBaselineException.class, ExitCode.BAD_FILE));

    private Main() {}

    public static void main(String[] args) throws IOException {
        if (isForJmh(args)) {
            org.openjdk.jmh.Main.main(args[0].equals("jmh") ? Arrays.copyOfRange(args, 1, args.length) : args);
        } else {
            System.exit(run(args));
        }
    }

    /** Our options have two dashes, but for those of help and version; JMH's have one. */
    static boolean isForJmh(String... args) {
        return args.length > 0
                && !args[0].startsWith("--")
                && !args[0].startsWith("@")
                && !args[0].equals("-h")
                && !args[0].equals("-V")
                && !isForPage(args);
    }

    private static boolean isForPage(String... args) {
        return args.length > 0 && args[0].equals(PerformanceCommand.NAME);
    }

    /** Runs a command line and gives its exit code. */
    static int run(String... args) {
        if (isForPage(args)) {
            return COMPLAINTS.execute(
                    new CommandLine(new PerformanceCommand()), Arrays.copyOfRange(args, 1, args.length));
        }
        return COMPLAINTS.execute(new CommandLine(new BenchCommand()), args);
    }

    /** The command line, for help and tests. */
    static CommandLine line() {
        return COMPLAINTS.prepare(new CommandLine(new BenchCommand()));
    }
}
