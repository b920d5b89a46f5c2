package retort.driver.command;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command that all others hang on. */
@Command(
        name = "retort",
        mixinStandardHelpOptions = true,
        versionProvider = RetortCommand.Version.class,
        description = {
            "Trains a large teacher on MNIST, distils it into small students that never see a class,",
            "and times both on each engine."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Start with 'retort run --quick'. Options can be kept in a file: retort run @options.txt",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 backend or device not available,",
            "4 bad data or file, 5 training diverged, 130 interrupted."
        })
public final class RetortCommand implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            TrainCommand.class,
            DistillCommand.class,
            EvaluateCommand.class,
            LatencyCommand.class,
            StudyCommand.class,
            DevicesCommand.class,
            DoctorCommand.class);

    @Spec
    private CommandSpec spec;

    /**
     * The command line, ready for these arguments. Where they begin with a command it knows no other: picocli would spend
     * some 60 ms of each start on the options of the rest.
     */
    public static CommandLine line(String... args) {
        CommandLine line = new CommandLine(new RetortCommand());
        List<Class<?>> asked = COMMANDS.stream()
                .filter(command -> args.length > 0
                        && command.getAnnotation(Command.class).name().equals(args[0]))
                .toList();
        if (asked.isEmpty()) {
            COMMANDS.forEach(line::addSubcommand);
            line.addSubcommand(HelpCommand.class);
            line.addSubcommand(GenerateCompletion.class);
        } else {
            line.addSubcommand(asked.getFirst());
        }
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is needed: run, train, distill, evaluate, latency, study, devices or doctor");
    }

    /** The version of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = RetortCommand.class.getPackage().getImplementationVersion();
            return new String[] {"retort " + (version == null ? "(not packaged)" : version)};
        }
    }

    /** One line on stderr for a command that failed, and its exit code. */
    public static int explain(Exception failure, CommandLine line, ParseResult result) {
        boolean verbose = result.expandedArgs().contains("--verbose");
        return complain(line, message(failure), verbose ? failure : null, ExitCode.of(failure));
    }

    /** One line on stderr for a command that the heap was too small for, and its exit code. */
    public static int explainMemory(CommandLine line) {
        String heap = Bytes.of(Runtime.getRuntime().maxMemory());
        String message = "out of memory in a heap of " + heap + ": use a larger one, as in RETORT_JAVA_OPTS=-Xmx2g";
        return complain(line, message, null, ExitCode.FAILED);
    }

    /** One line on stderr for a command line that makes no sense. */
    public static int explainUsage(ParameterException failure, String[] args) {
        CommandLine line = failure.getCommandLine();
        String help = "; see '" + line.getCommandSpec().qualifiedName() + " --help'";
        boolean verbose = Arrays.asList(args).contains("--verbose");
        return complain(line, firstLine(failure.getMessage()) + help, verbose ? failure : null, ExitCode.USAGE);
    }

    private static int complain(CommandLine line, String message, Exception trace, int code) {
        PrintWriter err = line.getErr();
        err.println("retort: " + message);
        if (trace != null) {
            trace.printStackTrace(err);
        }
        err.flush();
        return code;
    }

    private static String message(Exception failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : firstLine(message);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
