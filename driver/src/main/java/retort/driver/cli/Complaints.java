package retort.driver.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import retort.kernels.BackendUnavailableException;
import retort.kernels.BadParametersException;
import retort.kernels.file.Printable;

/** Runs a command line; what fails is told in one line on stderr, and by the exit code. */
public final class Complaints {
    /** What picocli lists where an option has a few values; users write these as help does. */
    private static final Pattern CHOICES = Pattern.compile("expected one of \\[[A-Z0-9_, ]+]");

    private final Map<Class<? extends Exception>, Integer> codes = new LinkedHashMap<>();

    private final UnaryOperator<Exception> reason;

    /** @param own exceptions of the program itself, with their exit codes */
    public Complaints(Map<Class<? extends Exception>, Integer> own) {
        this(own, UnaryOperator.identity());
    }

    /** @param reason gives what is told in place of an exception, or the same */
    public Complaints(Map<Class<? extends Exception>, Integer> own, UnaryOperator<Exception> reason) {
        this.reason = reason;
        codes.putAll(own);
        codes.put(BackendUnavailableException.class, ExitCode.UNAVAILABLE);
        codes.put(BadParametersException.class, ExitCode.BAD_FILE);
        codes.put(UncheckedIOException.class, ExitCode.BAD_FILE);
        codes.put(OutputTakenException.class, ExitCode.USAGE);
    }

    /** Has a command line, with all its commands, read and explain itself as all of ours do. */
    public CommandLine prepare(CommandLine line) {
        Converters.register(line);
        HelpLayout.apply(line);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOverwrittenOptionsAllowed(true);
        line.setExecutionStrategy(Complaints::run);
        line.setExecutionExceptionHandler(this::explain);
        line.setParameterExceptionHandler(Complaints::explainUsage);
        return line;
    }

    /** What commands print may come from files of others; help has colours, and is ours. */
    private static int run(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        checkLists(parsed);
        CommandLine line = parsed.commandSpec().commandLine();
        line.setOut(PrintableLines.writer(line.getOut()));
        line.setErr(PrintableLines.writer(line.getErr()));
        return new CommandLine.RunLast().execute(parsed);
    }

    /** What picocli splits at commas loses empty values at its end, as an unset shell variable leaves them. */
    private static void checkLists(ParseResult parsed) {
        for (OptionSpec option : parsed.matchedOptions()) {
            for (String text : option.originalStringValues()) {
                if (!option.splitRegex().isEmpty() && text.endsWith(",")) {
                    throw new ParameterException(
                            parsed.commandSpec().commandLine(),
                            "Invalid value for option '" + option.longestName() + "': '" + text
                                    + "' ends with a comma, expected a value behind it");
                }
            }
        }
        if (parsed.hasSubcommand()) {
            checkLists(parsed.subcommand());
        }
    }

    /** Runs a command line and gives its exit code. */
    public int execute(CommandLine line, String... args) {
        try {
            int code = prepare(line).execute(args);
            return code == ExitCode.DONE ? checkOutput(line) : code;
        } catch (OutOfMemoryError e) {
            return explainMemory(line);
        }
    }

    /** Results that nobody got are no success, but who closes a pipe, such as head, has read enough. */
    private static int checkOutput(CommandLine line) {
        line.getOut().flush();
        String reason = StandardOutput.failure();
        return reason.isEmpty() || reason.contains("Broken pipe")
                ? ExitCode.DONE
                : complain(
                        line, "the results can't be written to the standard output: " + reason, null, ExitCode.FAILED);
    }

    private int explain(Exception thrown, CommandLine line, ParseResult result) {
        Exception failure = reason.apply(thrown);
        boolean verbose = result.expandedArgs().contains("--verbose");
        String message = failure.getMessage();
        String told = message == null ? failure.getClass().getSimpleName() : firstLine(message);
        return complain(line, told, verbose ? failure : null, code(failure));
    }

    private int code(Exception failure) {
        return codes.entrySet().stream()
                .filter(known -> known.getKey().isInstance(failure))
                .mapToInt(Map.Entry::getValue)
                .findFirst()
                .orElse(ExitCode.FAILED);
    }

    private static int explainUsage(ParameterException failure, String[] args) {
        CommandLine line = failure.getCommandLine();
        String help = "; see '" + line.getCommandSpec().qualifiedName() + " --help'";
        boolean verbose = Arrays.asList(args).contains("--verbose");
        String message = CHOICES.matcher(firstLine(failure.getMessage()))
                        .replaceAll(found -> found.group().toLowerCase(Locale.ROOT))
                + question(failure)
                + help;
        return complain(line, message, verbose ? failure : null, ExitCode.USAGE);
    }

    /** What the user may have meant, or empty. */
    private static String question(ParameterException failure) {
        CommandSpec command = failure.getCommandLine().getCommandSpec();
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
            return Nearest.question(
                    word,
                    word.startsWith("-")
                            ? command.optionsMap().keySet()
                            : command.subcommands().keySet());
        }
        if (failure.getArgSpec() == null
                || failure.getValue() == null
                || failure.getArgSpec().completionCandidates() == null) {
            return "";
        }
        List<String> values = new ArrayList<>();
        failure.getArgSpec().completionCandidates().forEach(values::add);
        return Nearest.question(failure.getValue(), values);
    }

    private static int explainMemory(CommandLine line) {
        String heap = Bytes.of(Runtime.getRuntime().maxMemory());
        String message = "out of memory in a heap of " + heap + ": use a larger one, as in RETORT_JAVA_OPTS=-Xmx2g";
        return complain(line, message, null, ExitCode.FAILED);
    }

    private static int complain(CommandLine line, String message, Exception trace, int code) {
        PrintWriter err = line.getErr();
        err.println("retort: " + Printable.text(message));
        if (trace != null) {
            trace.printStackTrace(err);
        }
        err.flush();
        return code;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
