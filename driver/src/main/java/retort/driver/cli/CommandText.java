package retort.driver.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A command line as a user can give it to a shell. */
public final class CommandText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    /** A word as {@link #quoted} writes it. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s'\\\\]|'[^']*'|\\\\')+");

    private static final String OUT = "--out";

    private CommandText() {}

    /** That of a command that is running. */
    public static String running(CommandSpec command) {
        CommandSpec root = command.root();
        ParseResult all = root.commandLine().getParseResult();
        return root.name() + " " + text(all == null ? List.of(command.name()) : all.originalArgs());
    }

    /** The same command, going on from what it left in a folder. */
    public static String resuming(CommandSpec command, Path out) {
        List<String> words = new ArrayList<>();
        words.add(System.getProperty("retort.launcher", "retort"));
        words.addAll(asked(command.root().commandLine().getParseResult().originalArgs()));
        words.add(OUT + "=" + out);
        words.add("--resume");
        return text(words);
    }

    /** Whether two command lines, as {@link #running} gives them, ask for the same, in whatever folder. */
    public static boolean same(String first, String second) {
        return asked(words(first)).equals(asked(words(second)));
    }

    /** Without what says only where results go and what becomes of those that are there. */
    private static List<String> asked(List<String> given) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String word = given.get(i);
            if (word.equals(OUT)) {
                i++;
            } else if (!word.startsWith(OUT + "=") && !word.equals("--resume") && !word.equals("--force")) {
                words.add(word);
            }
        }
        return words;
    }

    private static List<String> words(String text) {
        return WORD.matcher(text)
                .results()
                .map(word ->
                        word.group().replace("'\\''", "\n").replace("'", "").replace("\n", "'"))
                .toList();
    }

    private static String text(List<String> words) {
        return words.stream().map(CommandText::quoted).collect(Collectors.joining(" "));
    }

    /** In single quotes where a shell would take it for more than a word. */
    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
