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
import retort.driver.cli.Version;
import retort.driver.report.ReportBuilder;
import retort.nn.Network;

/** Runs a saved model over the test images. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Runs a saved model over the test images: errors, recall by class, confusion matrix.",
        footer = {
            "",
            "Examples:",
            "  retort evaluate --model=teacher/teacher.safetensors",
            "  retort evaluate --model=teacher/teacher.safetensors --backend=opencl --json",
            "  retort evaluate --model=teacher/teacher.safetensors --weights=bf16"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "A model that another command saved, or an ONNX model.")
    private Path file;

    @Mixin
    private Options.OneEngine engine;

    @Mixin
    private Options.Weights weights;

    @Mixin
    private Options.InAndOut options;

    @Override
    public Integer call() {
        try (Session session = new Session(spec, options, new RecipeOptions.OfRecipe(), engine)) {
            Network.Loaded loaded =
                    ModelFiles.read(session.backend(), file, session.data().test(), weights.asked());
            evaluate(session, loaded.network(), loaded.metadata());
            return session.exitCode();
        }
    }

    /** Recipe and seed in the report are those that the model was trained with, as far as its file names them. */
    private void evaluate(Session session, Network model, Map<String, String> metadata) {
        try (model) {
            ReportBuilder report = new ReportBuilder();
            report.origin(metadata.get("recipe"), ModelFiles.seed(file, metadata));
            String name = file.getFileName().toString();
            report.evaluated(
                    name, model.parameterCount(), model.weights(), session.job().test(model, name, file));
            session.finish(report, List.of());
        }
    }
}
