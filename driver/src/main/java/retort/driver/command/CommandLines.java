package retort.driver.command;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A command line as one would type it. */
final class CommandLines {
    private CommandLines() {}

    /** That of a command that is running. */
    static String text(CommandSpec command) {
        ParseResult all = command.root().commandLine().getParseResult();
        return "retort " + text(all == null ? List.of(command.name()) : all.originalArgs());
    }

    private static String text(List<String> arguments) {
        return arguments.stream().map(CommandLines::quoted).collect(Collectors.joining(" "));
    }

    /** In single quotes where a shell would take it for more than a word. */
    private static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
