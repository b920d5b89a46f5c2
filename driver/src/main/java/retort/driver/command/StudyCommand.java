package retort.driver.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Version;

/** The command that studies hang on. */
@Command(
        name = "study",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Many students at once: what they learn of classes that they never saw, with error bars.",
        synopsisSubcommandLabel = "STUDY",
        subcommands = {Hinton2015Command.class, SweepCommand.class, MergeCommand.class})
final class StudyCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a study is needed: hinton2015, sweep or merge");
    }
}
