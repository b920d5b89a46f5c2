package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What the help of each command says, and what the README shows, is so. */
class HelpTest {
    private static final int TERMINAL = 80;
    private static final Pattern DEFAULT = Pattern.compile("\\(default: (.*?)\\)", Pattern.DOTALL);

    /** A command line in a text: words and quoted words behind the program's name, up to a comment or redirection. */
    private static final Pattern EXAMPLE = Pattern.compile("^ *(?:\\./)?retort ([^#>&|;]*)");

    static Stream<CommandSpec> commands() {
        return below(Main.line());
    }

    private static Stream<CommandSpec> below(CommandLine line) {
        return Stream.concat(
                Stream.of(line.getCommandSpec()),
                line.getSubcommands().values().stream().flatMap(HelpTest::below));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandAndAllOfItsOptionsHaveADescription(CommandSpec command) {
        assertTrue(String.join("", command.usageMessage().description()).length() > 10, command.qualifiedName());
        for (ArgSpec arg : command.args()) {
            assertTrue(String.join("", arg.description()).length() > 10, command.qualifiedName() + " " + arg);
            assertFalse(String.join("", arg.description()).contains("${"), command.qualifiedName() + " " + arg);
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theHelpFitsATerminal(CommandSpec command) {
        command.commandLine().getUsageMessage().lines().forEach(line -> {
            assertTrue(line.length() <= TERMINAL, line);
            assertEquals(line.stripTrailing(), line);
        });
    }

    /** An option that takes a value and need not be given says what it is without one. */
    @ParameterizedTest
    @MethodSource("commands")
    void anOptionWithAValueSaysItsDefault(CommandSpec command) {
        for (OptionSpec option : command.options()) {
            String text = String.join(" ", option.description());
            boolean needsOne = option.arity().max() > 0 && !option.required();
            boolean optional = List.of("--config", "--samples", "--shard").contains(option.longestName());
            if (needsOne && !optional) {
                assertTrue(DEFAULT.matcher(text).find(), command.qualifiedName() + " " + option + ": " + text);
            }
            if (option.defaultValue() != null && option.arity().max() > 0) {
                assertTrue(text.contains("(default: " + option.defaultValue() + ")"), option + ": " + text);
            }
        }
    }

    /** Taken literally, a default is a value that the option takes. */
    @ParameterizedTest
    @CsvSource({
        "run, --epochs, 1; hinton2015 40; hinton2015-long 40",
        "run, --batch, 32; hinton2015 128; hinton2015-long 128",
        "run, --omit, 3",
        "run, --seed, 0",
        "run, --method, soft-targets",
        "train, --epochs, 1; hinton2015 40; hinton2015-long 40",
        "distill, --batch, 32; hinton2015 128; hinton2015-long 128",
        "study hinton2015, --recipe, hinton2015",
        "study hinton2015, --epochs, 40",
        "study hinton2015, --student-epochs, 50; hinton2015-long 60 or 50",
        "study hinton2015, --batch, 128",
        "study sweep, --epochs, 40",
        "study sweep, --batch, 128",
        "study sweep, --temperature, 20",
        "run, --out, retort-out/run-<time>",
        "study sweep, --out, retort-out/sweep-<time>"
    })
    void defaultsAreThoseOfTheCommand(String command, String option, String expected) {
        CommandSpec spec = commands()
                .filter(each -> each.qualifiedName().equals("retort " + command))
                .findFirst()
                .orElseThrow();
        Matcher shown = DEFAULT.matcher(String.join(" ", spec.findOption(option).description()));
        assertTrue(shown.find());
        assertEquals(expected, shown.group(1));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandHasExamplesThatParse(CommandSpec command) {
        List<String> footer = List.of(command.usageMessage().footer());
        int from = footer.indexOf("Examples:");
        assertTrue(from >= 0, command.qualifiedName() + " has no examples");
        List<String> examples = footer.subList(from + 1, footer.size()).stream()
                .takeWhile(line -> line.startsWith("  "))
                .toList();
        assertFalse(examples.isEmpty(), command.qualifiedName());
        for (String example : examples) {
            assertTrue(example.length() <= TERMINAL, example);
            assertTrue(parses(example), example);
        }
    }

    @Test
    void theCommandsOfTheReadmeParse() throws IOException {
        long parsed = 0;
        for (String line : Files.readAllLines(Path.of("..", "README.md"))) {
            parsed += Pattern.compile("`([^`]+)`")
                    .matcher(line)
                    .results()
                    .map(quoted -> quoted.group(1))
                    .filter(HelpTest::parses)
                    .count();
            parsed += parses(line) ? 1 : 0;
        }
        assertTrue(parsed >= 3, "commands in the README: " + parsed);
    }

    @Test
    void everyCommandIsListed() {
        String help = Main.line().getUsageMessage();
        commands()
                .filter(command -> command.parent() != null && command.parent().parent() == null)
                .forEach(command -> assertTrue(help.contains("\n  " + command.name() + " "), command.name()));
        assertTrue(help.contains("\n  bench "), help);
        assertTrue(help.contains("source <(retort generate-completion)"), help);
    }

    /** False for what is no command line of ours; fails for one that is wrong. Nothing is run. */
    private static boolean parses(String text) {
        Matcher example = EXAMPLE.matcher(text);
        if (!example.find() || example.group(1).isBlank()) {
            return false;
        }
        String[] words = example.group(1).strip().split(" +");
        boolean elsewhere = words[0].equals("bench");
        boolean options = Arrays.stream(words).anyMatch(word -> word.startsWith("@"));
        if (!elsewhere && !options) {
            Main.line().parseArgs(words);
        }
        return true;
    }
}
