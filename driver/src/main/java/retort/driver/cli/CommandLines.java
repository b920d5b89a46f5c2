package retort.driver.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A command line as one would type it. */
public final class CommandLines {
    private CommandLines() {}

    /** That of a command that is running. */
    public static String text(CommandSpec command) {
        CommandSpec root = command.root();
        ParseResult all = root.commandLine().getParseResult();
        return root.name() + " " + text(all == null ? List.of(command.name()) : all.originalArgs());
    }

    private static String text(List<String> arguments) {
        return arguments.stream().map(CommandLines::quoted).collect(Collectors.joining(" "));
    }

    /** In single quotes where a shell would take it for more than a word. */
    private static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
