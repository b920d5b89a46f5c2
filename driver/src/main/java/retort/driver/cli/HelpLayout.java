package retort.driver.cli;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** How the help of each command is laid out: its options in groups. */
final class HelpLayout {
    private HelpLayout() {}

    /** Of a command line, with all its commands. */
    static void apply(CommandLine line) {
        Map<String, IHelpSectionRenderer> sections = new TreeMap<>(line.getHelpSectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, HelpLayout::synopsis);
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpLayout::options);
        line.setHelpSectionMap(sections);
    }

    /** What must be there; the options that may be there are listed below it. */
    private static String synopsis(Help help) {
        CommandSpec command = help.commandSpec();
        if (!command.subcommands().isEmpty()) {
            return help.synopsis(help.synopsisHeadingLength());
        }
        Stream<String> required = command.options().stream()
                .filter(OptionSpec::required)
                .map(option -> " " + option.longestName() + "=" + option.paramLabel());
        Stream<String> parameters = command.positionalParameters().stream()
                .map(each -> (each.arity().min() == 0 ? " [" + each.paramLabel() + "]" : " " + each.paramLabel())
                        + (each.arity().max() > 1 ? "..." : ""));
        return command.qualifiedName()
                + Stream.of(required, Stream.of(" [OPTIONS]"), parameters)
                        .flatMap(part -> part)
                        .collect(Collectors.joining())
                + System.lineSeparator();
    }

    private static String options(Help help) {
        Map<OptionGroup, List<OptionSpec>> groups = help.commandSpec().options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparingInt(OptionSpec::order))
                .collect(Collectors.groupingBy(
                        OptionGroup::of, () -> new EnumMap<>(OptionGroup.class), Collectors.toList()));
        StringBuilder text = new StringBuilder();
        groups.forEach((group, options) -> {
            text.append(String.format("%n%s:%n", group.title()));
            // Columns are as wide as all options of the command need.
            Help.Layout layout = help.createDefaultLayout(
                    help.commandSpec().options(), help.commandSpec().positionalParameters(), help.colorScheme());
            layout.addOptions(options, help.createDefaultParamLabelRenderer());
            text.append(layout);
        });
        return text.toString();
    }
}
