package retort.driver.command;

import java.util.List;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Version;
import retort.driver.cluster.StudyEngine;
import retort.driver.config.ExperimentFile;
import retort.driver.study.Grid;
import retort.driver.study.Hinton2015;

/** The command that all others hang on. */
@Command(
        name = "retort",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Trains a large teacher on MNIST or your images, or takes one of ONNX, distils it into small students that"
                        + " never see a class, and times both on each engine.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Examples:",
            "  retort run --quick",
            "  retort help distill",
            "  retort run @options.txt",
            "",
            "Completion of commands, options and values in bash or zsh, also as a line of",
            "~/.bashrc or ~/.zshrc:",
            "  source <(retort generate-completion)",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 backend or device not available,",
            "4 bad data or file, 5 training diverged, 130 and 143 interrupted."
        })
public final class RetortCommand implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            TrainCommand.class,
            DistillCommand.class,
            EvaluateCommand.class,
            LabelCommand.class,
            LatencyCommand.class,
            StudyCommand.class,
            CompareCommand.class,
            PredictCommand.class,
            ServeCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            DataCommand.class,
            RecipesCommand.class,
            BenchCommand.class,
            TuneCommand.class,
            DevicesCommand.class,
            DoctorCommand.class);

    @Spec
    private CommandSpec spec;

    /**
     * The command line, ready for these arguments. Where they begin with a command it knows no other: picocli would
     * spend some 60 ms of each start on the options of the rest.
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
        JobValues.register(line);
        describe(line);
        return line;
    }

    /** The same for {@code study sweep}, which is to be done elsewhere. */
    public static CommandLine sweep(StudyEngine engine) {
        CommandLine line = line("study");
        CommandLine sweep = line.getSubcommands().get("study").getSubcommands().get(Grid.NAME);
        StudyCommand.SweepCommand command = sweep.getCommand();
        command.on(engine);
        return line;
    }

    /** What descriptions and examples take from elsewhere. */
    private static void describe(CommandLine line) {
        RecipeDefaults paper = new RecipeDefaults(Hinton2015.RECIPES);
        line.getSubcommands().forEach((name, command) -> {
            CommandSpec described = command.getCommandSpec();
            if (name.equals("help")) {
                described.usageMessage().footer("", "Examples:", "  retort help run");
            } else if (name.equals("generate-completion")) {
                described.usageMessage().footer("", "Examples:", "  retort generate-completion");
            } else {
                described.resourceBundle(new RecipeDefaults(ExperimentFile.RECIPES));
            }
            command.getSubcommands()
                    .values()
                    .forEach(study -> study.getCommandSpec().resourceBundle(paper));
        });
    }

    private static List<String> names() {
        return COMMANDS.stream()
                .map(command -> command.getAnnotation(Command.class).name())
                .toList();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed, one of " + String.join(", ", names()));
    }
}
