package retort.driver.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.driver.job.BiasCorrection;
import retort.driver.job.CorrectionPlan;
import retort.driver.job.Descent;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.Training;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Layer;

/** An {@link Experiment} as the TOML text that {@link ExperimentFile} reads as the same. */
public final class ExperimentText {
    private final StringBuilder text = new StringBuilder();

    private ExperimentText() {}

    public static String of(Experiment experiment) {
        ExperimentText toml = new ExperimentText();
        toml.write(experiment);
        return toml.text.toString();
    }

    private void write(Experiment of) {
        key("name", quoted(of.recipe().name()));
        key("seed", of.recipe().seed());
        table("[data]");
        of.data().folder().ifPresent(folder -> key("folder", path(folder)));
        form(of.data().form());
        memory(of.data().form().memory());
        Shape image = of.recipe().image();
        if (!image.equals(Recipe.IMAGE)) {
            String sides =
                    Arrays.stream(image.extents()).mapToObj(Integer::toString).collect(Collectors.joining("x"));
            key("image", quoted(sides));
        }
        of.data().trainImages().ifPresent(images -> key("train-images", images));
        key("validation", of.recipe().heldOut());
        table("[teacher]");
        key("temperature", of.recipe().ownTemperature());
        if (of.teacher().isPresent()) {
            key("file", path(of.teacher().get()));
        } else {
            training(of.recipe().teacher());
        }
        of.recipe().students().forEach(this::student);
        table("[latency]");
        key(
                "batches",
                list(of.latency().batches().stream()
                        .map(batch -> batch == Experiment.Latency.WHOLE_TEST_SET ? quoted("all") : batch.toString())));
        key("calls", of.latency().calls());
        key("seconds", of.latency().seconds());
        engines(of.engines());
    }

    private void form(Form of) {
        of.split().ifPresent(split -> key("split", quoted(split)));
        if (of.transposed()) {
            key("transpose", true);
        }
        of.classes()
                .ifPresent(classes -> key(
                        "classes",
                        classes.matches("\\d+")
                                ? classes
                                : quoted(
                                        classes.contains(",")
                                                ? classes
                                                : Path.of(classes)
                                                        .toAbsolutePath()
                                                        .normalize()
                                                        .toString())));
    }

    private void memory(ImageMemory of) {
        of.mebibytes().ifPresent(mebibytes -> key("memory", mebibytes));
    }

    private void engines(Experiment.Engines of) {
        if (of.equals(Experiment.Engines.ANY)) {
            return;
        }
        table("[engine]");
        if (!of.backends().isEmpty()) {
            key("backend", list(of.backends().stream().map(Engine::id).map(ExperimentText::quoted)));
        }
        of.device().ifPresent(device -> key("device", quoted(device)));
        of.threads().ifPresent(threads -> key("threads", threads));
    }

    private void student(Student of) {
        table("[[students]]");
        key("name", quoted(of.name()));
        key("method", quoted(of.method().id()));
        if (of.method().mixesAsAsked()) {
            key("alpha", of.alpha());
        }
        key("temperature", of.temperature());
        key("omit", list(of.omitted().stream().map(String::valueOf)));
        key("folds", of.folds());
        key(
                "bias-corrections",
                list(of.corrections().kinds().stream()
                        .map(BiasCorrection.Kind::id)
                        .map(ExperimentText::quoted)));
        if (of.corrections().on() != CorrectionPlan.On.TEST) {
            key("correction-on", quoted(of.corrections().on().id()));
        }
        of.corrections().images().ifPresent(images -> key("correction-images", images));
        of.seed().ifPresent(seed -> key("seed", seed));
        if (of.training().consistent()) {
            key("consistent", true);
        }
        training(of.training());
    }

    private void training(Training of) {
        key("layers", list(of.architecture().layers().stream().map(Layer::text).map(ExperimentText::quoted)));
        key("epochs", of.epochs());
        key("batch", of.batch());
        key("optimizer", quoted(of.descent().id()));
        key("learning-rate", of.descent().rate());
        switch (of.descent()) {
            case Descent.Adam adam -> fall(adam.lastShare(), adam.fall());
            case Descent.Sgd sgd -> {
                fall(sgd.lastShare(), sgd.fall());
                key("momentum", sgd.momentum());
                if (sgd.momentum() > 0) {
                    key("nesterov", sgd.nesterov());
                }
            }
            case Descent.Momentum momentum -> {
                // Its schedule is its own.
            }
        }
        if (!of.descent().decay().isNone()) {
            key("weight-decay", of.descent().decay().rate());
        }
        key("jitter", of.jitter());
        if (of.distortion().affine() > 0) {
            key("affine", of.distortion().affine());
        }
        if (of.distortion().elastic() > 0) {
            key("elastic", of.distortion().elastic());
        }
        if (Float.isFinite(of.maxNorm())) {
            key("max-norm", of.maxNorm());
        }
        if (of.weightAverage() > 0) {
            key("weight-average", of.weightAverage());
        }
        if (of.isClipped()) {
            key("clip-norm", of.clipNorm());
        }
        if (of.stopping().isOn()) {
            key("patience", of.stopping().patience());
            key("held-out", of.stopping().heldOut());
        }
    }

    private void fall(float lastShare, Descent.Fall fall) {
        if (lastShare != 1) {
            key("end-factor", lastShare);
            if (fall != Descent.Fall.LINE) {
                key("schedule", quoted(fall.id()));
            }
        }
    }

    private static String path(Path of) {
        return quoted(of.toAbsolutePath().normalize().toString());
    }

    private void table(String header) {
        text.append('\n').append(header).append('\n');
    }

    private void key(String key, Object value) {
        text.append(key).append(" = ").append(value).append('\n');
    }

    private static String list(Stream<String> values) {
        return values.collect(Collectors.joining(", ", "[", "]"));
    }

    /** A basic string. */
    private static String quoted(String value) {
        return value.codePoints()
                .mapToObj(c -> switch (c) {
                    case '"' -> "\\\"";
                    case '\\' -> "\\\\";
                    default -> c < ' ' || c == 0x7F ? String.format("\\u%04X", c) : Character.toString(c);
                })
                .collect(Collectors.joining("", "\"", "\""));
    }
}
