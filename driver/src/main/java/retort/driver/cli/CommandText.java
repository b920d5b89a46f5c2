package retort.driver.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
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
    private static final Set<String> HOW = Set.of("--resume", "--resume-or-begin", "--force");

    private CommandText() {}

    /** That of a command that is running. */
    public static String running(CommandSpec command) {
        CommandSpec root = command.root();
        ParseResult all = root.commandLine().getParseResult();
        return root.name() + " " + quoted(all == null ? List.of(command.name()) : all.originalArgs());
    }

    /** The same command, going on from what it left in a folder. */
    public static String resuming(CommandSpec command, Path out) {
        List<String> words = new ArrayList<>();
        words.add(System.getProperty("retort.launcher", "retort"));
        words.addAll(asked(command.root().commandLine().getParseResult().originalArgs()));
        words.add(OUT + "=" + out);
        words.add("--resume");
        return quoted(words);
    }

    /** The words of a command that is running, files of options read, without these options and their values. */
    public static List<String> words(CommandSpec command, Set<String> without) {
        List<String> words = new ArrayList<>();
        Iterator<String> given =
                command.root().commandLine().getParseResult().expandedArgs().iterator();
        while (given.hasNext()) {
            String word = given.next();
            String option = word.replaceFirst("=.*", "");
            if (!without.contains(option)) {
                words.add(word);
            } else if (option.equals(word) && command.findOption(option).arity().min() > 0) {
                given.next();
            }
        }
        return words;
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
            } else if (!word.startsWith(OUT + "=") && !HOW.contains(word)) {
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

    /** Words as a shell takes them for these. */
    public static String quoted(List<String> words) {
        return words.stream().map(word -> quoted(word)).collect(Collectors.joining(" "));
    }

    /** In single quotes where a shell would take it for more than a word. */
    public static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
