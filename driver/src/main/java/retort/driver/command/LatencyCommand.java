package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.driver.job.Recipe;
import retort.nn.Architecture;
import retort.nn.Sequential;

/** Times predictions. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Times teacher and student at batch 1, 32 and the whole test set, on each --backend.")
final class LatencyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--teacher",
            paramLabel = "FILE",
            description = "A saved model (default: the recipe's teacher, untrained).")
    private Path teacher;

    @Option(
            names = "--student",
            paramLabel = "FILE",
            description = "A saved model (default: the recipe's student, untrained).")
    private Path student;

    @Mixin
    private EngineOptions engine;

    @Mixin
    private RecipeOptions recipe;

    @Mixin
    private SessionOptions options;

    @Override
    public Integer call() {
        try (Session session = new Session(spec, options, recipe, engine)) {
            ReportBuilder report = new ReportBuilder();
            Recipe settings = session.recipe();
            Path teacherFile = given(session, teacher, "teacher", settings.teacher());
            Path studentFile = given(session, student, "student", settings.student());
            new LatencyRun(
                            engine,
                            teacherFile,
                            studentFile,
                            session.data().test(),
                            settings.temperature(),
                            recipe.quick())
                    .run(engine.engines(), session.progress(), report);
            session.finish(report, List.of());
        }
        return ExitCode.DONE;
    }

    /** The user's model, checked; or an untrained one, which takes as long. */
    private static Path given(Session session, Path file, String name, Architecture architecture) {
        if (file != null) {
            ModelFiles.load(session, file).close();
            return file;
        }
        Path untrained = session.folder().resolve(name + "-untrained.safetensors");
        try (Sequential model =
                session.job().create(architecture, session.recipe().seed())) {
            model.save(untrained, Map.of("epochs", "0"));
        }
        return untrained;
    }
}
