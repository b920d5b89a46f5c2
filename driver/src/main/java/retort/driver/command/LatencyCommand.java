package retort.driver.command;

import static retort.driver.command.RecipeSource.given;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.driver.cli.Version;
import retort.driver.data.ImageSet;
import retort.driver.job.Recipe;
import retort.driver.report.ReportBuilder;
import retort.kernels.Backend;
import retort.kernels.ProfiledBackend;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Network;
import retort.nn.Sequential;

/** Times predictions. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Times teacher and student at batch 1, 32 and the whole test set, on each --backend.",
        footer = {
            "",
            "Examples:",
            "  retort latency --quick",
            "  retort latency --teacher=teacher/teacher.safetensors --backend=cpu-simd,opencl",
            "  retort latency --weights=bf16"
        })
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
    private Options.SeveralEngines engine;

    @Mixin
    private Options.Weights weights;

    @Mixin
    private RecipeOptions.OfRecipe recipe;

    @Mixin
    private Options.InAndOut options;

    @Override
    public Integer call() {
        try (Session session = new Session(spec, options, recipe, engine)) {
            Recipe settings = session.recipe();
            ImageSet test = session.data().test();
            Path teacher = given(this.teacher, session.experiment().teacher().orElse(null));
            if (teacher != null) {
                ModelFiles.check(session, teacher);
            }
            if (student != null) {
                ModelFiles.check(session, student);
            }
            ReportBuilder report = new ReportBuilder();
            report.config(session.config());
            Architecture ofTeacher = settings.teacher().architecture();
            Architecture ofStudent = settings.distilled().training().architecture();
            List<LatencyRun.Timed> models = List.of(
                    new LatencyRun.Timed(LatencyRun.TEACHER, backend -> model(backend, teacher, ofTeacher, test)),
                    new LatencyRun.Timed(LatencyRun.STUDENT, backend -> model(backend, student, ofStudent, test)));
            LatencyRun run = new LatencyRun(
                    models,
                    test,
                    settings.ownTemperature(),
                    session.experiment().latency());
            run.run(engine, session.progress(), session.checkpoints(), report);
            if (session.backend() instanceof ProfiledBackend profiled) {
                run.profile(profiled, session.progress());
            }
            session.finish(report, List.of());
            return session.exitCode();
        }
    }

    /** The user's model; or an untrained one, which takes as long. */
    private Network model(Backend backend, Path file, Architecture architecture, ImageSet test) {
        if (file != null) {
            return ModelFiles.read(backend, file, test, weights.asked()).network();
        }
        Sequential untrained = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 0);
        if (weights.asked() == null) {
            return untrained;
        }
        try (untrained) {
            return untrained.withWeights(weights.asked());
        }
    }
}
