package retort.driver.command;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import retort.driver.cli.Bytes;
import retort.driver.config.Experiment;
import retort.driver.data.Dataset;
import retort.driver.job.EarlyStopping;
import retort.driver.job.Examples;
import retort.driver.job.Footprint;
import retort.driver.job.JobCheck;
import retort.driver.job.Recipe;
import retort.driver.job.Remarks;
import retort.driver.job.StepTime;
import retort.driver.job.Student;
import retort.driver.job.Training;
import retort.driver.source.DataSets;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Network;

/**
 * What a run would do, and about what it would take. Nothing is trained or written: to estimate times, some steps are
 * made with models that are thrown away.
 */
final class DryRun {
    /** Of all models together. */
    private static final double MEASURING_SECONDS = 12;

    /** Of one model; with fewer, what is measured is how the JVM compiles. */
    private static final double MODEL_SECONDS = 2;

    private final PrintWriter out;
    private final Experiment experiment;
    private final Recipe recipe;
    private final Dataset data;
    private final Options.Engines engine;

    /** Seconds of a step by what it depends on. */
    private final Map<Training, Double> stepSeconds = new LinkedHashMap<>();

    private final Map<Architecture, Double> labelSeconds = new LinkedHashMap<>();
    private final Map<Architecture, String> shown = new LinkedHashMap<>();
    private double trainingSeconds;

    DryRun(CommandSpec command, Options.InAndOut options, RecipeSource source, Options.Engines engine) {
        source.check(command);
        Experiment asked = source.experiment();
        this.engine = engine;
        engine.standard(asked.engines());
        engine.check(command);
        this.out = command.commandLine().getOut();
        this.data = source.used(DataSets.open(options.data(asked)));
        this.experiment = source.fitted(data);
        this.recipe = experiment.recipe();
        RecipeSource.checkOmitted(
                command, data, recipe.students().stream().map(Student::omitted).toList());
    }

    void print() {
        Engine first = engine.engines().getFirst();
        try (Backend backend = Backends.open(first, engine.opening())) {
            new JobCheck(backend.engine(), data, recipe).transferSet(recipe.students());
            int images = data.train().size();
            EarlyStopping stopping = recipe.teacher().stopping();
            int trained =
                    stopping.isOn() && recipe.heldOut() == 0 ? stopping.trained(images) : recipe.trainedImages(images);
            line("Dry run of %s, seed %d: nothing is trained, nothing is written.", recipe.name(), recipe.seed());
            line(
                    "%s: %,d images to train on, %,d to test on",
                    data.name(), images, data.test().size());
            line("  %,d of those to train on validate the teacher", images - trained);
            data.memory().forEach(memory -> line("note: %s", memory));
            Remarks.of(data, recipe, recipe.students()).forEach(remark -> line("note: %s", remark));
            line("%s on %s, %d threads", first, backend.device(), backend.threads());
            boolean fits = memory() <= Runtime.getRuntime().maxMemory();
            if (experiment.teacher().isPresent()) {
                line("");
                line(
                        "teacher: %s, whose labels and views are not in the estimate",
                        experiment.teacher().get());
            } else {
                model("teacher", recipe.teacher(), "", trained, 0, false, backend, fits);
            }
            recipe.students().forEach(student -> student(student, backend, fits));
            total(backend, fits);
        }
        out.flush();
    }

    private void student(Student student, Backend backend, boolean fits) {
        int images = (int) IntStream.range(0, data.train().size())
                .filter(i -> !student.omitted().contains(data.train().label(i)))
                .count();
        model(
                student.name(),
                student.training(),
                ", " + RecipesCommand.learning(student),
                student.training().stopping().trained(images),
                student.folds(),
                student.isTaughtViews(),
                backend,
                fits);
    }

    private void model(
            String name,
            Training training,
            String how,
            int images,
            int folds,
            boolean taughtViews,
            Backend backend,
            boolean fits) {
        Architecture architecture = training.architecture();
        line("");
        line("%s: %,d parameters%s", name, architecture.parameterCount(), how);
        String before = shown.putIfAbsent(architecture, name);
        if (before == null) {
            layers(architecture);
        } else {
            line("  layers as of %s", before);
        }
        long steps = training.steps(images);
        // Each fold is trained on all the others.
        long foldSteps = folds == 0 ? 0 : (long) folds * training.steps(images - images / folds);
        line("  %s", training.text());
        line(
                "  %,d images, %,d steps%s",
                images, steps, folds == 0 ? "" : String.format(Locale.ROOT, "; %d folds, %,d steps", folds, foldSteps));
        if (fits) {
            long views = (long) training.epochs() * images * Math.max(1, folds);
            double seconds =
                    (steps + foldSteps) * step(backend, training) + (taughtViews ? views * labelSeconds(backend) : 0);
            trainingSeconds += seconds;
            line("  about %s (an estimate)", time(seconds));
        }
    }

    private void layers(Architecture architecture) {
        line("  %-42s %15s %15s", "layer", "output", "parameters");
        line("  %-42s %15s", "input", architecture.input());
        for (Network.Part each : architecture.parts()) {
            String parameters = each.parameters() == 0 ? "" : String.format(Locale.ROOT, "%,d", each.parameters());
            line("  %-42s %15s %15s", each.text(), each.output(), parameters);
        }
    }

    private double step(Backend backend, Training training) {
        return stepSeconds.computeIfAbsent(
                training.withEpochs(1),
                any -> StepTime.ofTraining(backend, training, Examples.labelled(data.train()), secondsOfMeasuring()));
    }

    /** Those of one model: all together take {@link #MEASURING_SECONDS}, but for single steps that take longer. */
    private double secondsOfMeasuring() {
        long trainings = Stream.concat(
                        Stream.of(recipe.teacher()), recipe.students().stream().map(Student::training))
                .map(training -> training.withEpochs(1))
                .distinct()
                .count();
        return Math.min(MODEL_SECONDS, MEASURING_SECONDS / (trainings + 1));
    }

    private void total(Backend backend, boolean fits) {
        long heap = Runtime.getRuntime().maxMemory();
        line("");
        line("Memory: about %s of a heap of %s", Bytes.of(memory()), Bytes.of(heap));
        if (!fits) {
            line("That does not fit, so no time is estimated: RETORT_JAVA_OPTS=-Xmx%dm", (memory() >> 20) * 5 / 4);
            return;
        }
        double labels = labelSeconds(backend) * data.train().size();
        line("Time: about %s, an estimate from steps that were measured here", time(trainingSeconds + labels));
        line(
                "  training %s, soft labels %s; latency at most %s a model and batch",
                time(trainingSeconds), time(labels), time(latencySeconds()));
    }

    /** Of one image by the teacher. */
    private double labelSeconds(Backend backend) {
        Architecture teacher = recipe.teacher().architecture();
        return labelSeconds.computeIfAbsent(
                teacher,
                any -> StepTime.ofInference(backend, teacher, Examples.labelled(data.test()), secondsOfMeasuring()));
    }

    /** Warming up takes a third on top. */
    private double latencySeconds() {
        return experiment.latency().seconds() * 4 / 3;
    }

    private long memory() {
        long teacher = Math.max(
                Footprint.trainingBytes(recipe.teacher()),
                Footprint.inferenceBytes(recipe.teacher().architecture()));
        long students = recipe.students().stream()
                .map(Student::training)
                .mapToLong(training ->
                        Math.max(Footprint.trainingBytes(training), Footprint.inferenceBytes(training.architecture())))
                .max()
                .orElse(0);
        return Footprint.dataBytes(data) + Math.max(teacher, students);
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60
                ? Math.max(1, whole) + " s"
                : whole < 3600
                        ? whole / 60 + " min " + whole % 60 + " s"
                        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
