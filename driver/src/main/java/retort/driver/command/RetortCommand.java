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

/** The command that all others hang on. */
@Command(
        name = "retort",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
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
            ExportCommand.class,
            RecipesCommand.class,
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
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is needed: run, train, distill, evaluate, latency, study, export, devices or doctor");
    }
}
