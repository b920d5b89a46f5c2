package retort.driver.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.CommandText;
import retort.driver.cli.LateSteps;
import retort.driver.cli.OutputFolder;
import retort.driver.cli.Version;
import retort.driver.config.ExperimentFile;
import retort.driver.study.Hinton2015;
import retort.driver.study.Merge;
import retort.driver.study.Study;
import retort.driver.study.StudyFile;

/** Joins shards. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Joins the shards of a study; results that are in several of them must be equal.",
        footer = {"", "Examples:", "  retort study merge shards/0 shards/1 --out=whole"})
final class MergeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "STUDY", arity = "1..*", description = "A study.json, or the folder that one is in.")
    private List<Path> parts;

    @Mixin
    private Options.Output options;

    @Override
    public Integer call() {
        Study merged = Merge.of(parts.stream().map(MergeCommand::part).toList());
        if (merged.study().equals(Hinton2015.NAME)) {
            merged = merged.withExperiments(
                    new Hinton2015(ExperimentFile.recipe(Hinton2015.NAME).recipe()).experiments(merged));
        }
        PrintWriter err = spec.commandLine().getErr();
        LateSteps late = new LateSteps(err::println);
        try (OutputFolder output = options.folder(spec.name())) {
            new StudyOutput(
                            output,
                            CommandText.running(spec),
                            spec.commandLine().getOut(),
                            options.json(),
                            late)
                    .write(merged);
        }
        err.flush();
        return late.code();
    }

    private static Merge.Part part(Path path) {
        return Merge.Part.read(Files.isDirectory(path) ? path.resolve(StudyFile.NAME) : path);
    }
}
