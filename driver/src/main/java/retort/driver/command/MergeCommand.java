package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.CommandText;
import retort.driver.cli.FileReason;
import retort.driver.cli.LateSteps;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFolder;
import retort.driver.cli.Version;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
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
        description = {
            "Joins the shards of a study; results that are in several of them must be equal. A shard that is not there,"
                    + " or not done, is named."
        },
        footer = {
            "",
            "Examples:",
            "  retort study merge shards/0 shards/1 --out=whole",
            "  retort study merge shards --partial --out=some"
        })
final class MergeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "STUDY",
            arity = "1..*",
            description = "A study.json, the folder that one is in, or a folder of such folders.")
    private List<Path> parts;

    @OptionGroup.Of(OptionGroup.WHAT)
    @Option(names = "--partial", description = "Join what is there, and say what is not.")
    private boolean partial;

    @Mixin
    private Options.Output options;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Study merged = merged(err);
        if (merged.study().equals(Hinton2015.NAME)) {
            merged = merged.withExperiments(papers(merged).experiments(merged));
        }
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

    /** The experiments of the recipe that the study was made with. */
    private static Hinton2015 papers(Study study) {
        String recipe = study.settings().recipe();
        return new Hinton2015(ExperimentFile.recipe(Hinton2015.RECIPES.contains(recipe) ? recipe : Hinton2015.NAME)
                .recipe());
    }

    /** Each part is read when its turn comes: of a study of thousands they would be large together. */
    private Study merged(PrintWriter err) {
        Merge merge = new Merge();
        List<String> lacking = new ArrayList<>();
        List<Path> files = parts.stream().flatMap(MergeCommand::files).toList();
        for (Path file : files) {
            boolean begun = file.endsWith(StudyFile.NAME)
                    && Files.isDirectory(file.toAbsolutePath().getParent());
            if (!Files.exists(file) && (begun || partial)) {
                lacking.add(file + " is not there");
            } else {
                merge.add(Merge.Part.read(file));
            }
        }
        if (lacking.size() == files.size()) {
            throw new BadDataException(parts.getFirst().toString(), "no study is there, expected a " + StudyFile.NAME);
        }
        lacking.addAll(merge.lacking());
        if (!lacking.isEmpty() && !partial) {
            throw new BadDataException(
                    parts.getFirst().toString(),
                    "the study is not whole: " + String.join("; ", lacking) + "; --partial joins the rest");
        }
        lacking.forEach(each -> err.println("note: not in the result: " + each));
        return merge.study();
    }

    /** The files of a part: of a folder of folders, those of each, in the order of their numbers. */
    private static Stream<Path> files(Path part) {
        if (!Files.isDirectory(part)) {
            return Stream.of(part);
        }
        Path own = part.resolve(StudyFile.NAME);
        List<Path> folders = Files.exists(own) ? List.of() : folders(part);
        return folders.isEmpty() ? Stream.of(own) : folders.stream().map(folder -> folder.resolve(StudyFile.NAME));
    }

    private static List<Path> folders(Path of) {
        try (Stream<Path> all = Files.list(of)) {
            return all.filter(Files::isDirectory)
                    .sorted(Comparator.comparing((Path folder) ->
                                    folder.getFileName().toString().length())
                            .thenComparing(Path::compareTo))
                    .toList();
        } catch (IOException e) {
            throw FileReason.unreadable(of, e);
        }
    }
}
