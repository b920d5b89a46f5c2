package retort.driver.command;

import static retort.driver.command.RecipeSource.given;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.Converters;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFolder;
import retort.driver.data.Dataset;
import retort.driver.job.Descent;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Training;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** The options that several commands have, in groups: a command mixes in those that it uses, and has no others. */
final class Options {
    private Options() {}

    /** What a command runs on. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    abstract static sealed class Engines {
        @Option(names = "--device", paramLabel = "N|NAME", description = "OpenCL device, by number or part of name.")
        private String device;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description = "Threads of the CPU engines (default: all processors).")
        private Integer threads;

        /** The engines that the command uses, the one that it trains or predicts with first. */
        abstract List<Engine> engines();

        /** @throws ParameterException if one of the options would do nothing */
        final void check(CommandSpec command) {
            if (device != null && !engines().contains(Engine.OPENCL)) {
                throw new ParameterException(
                        command.commandLine(),
                        "--device=" + device + " names an OpenCL device, but none is used: --backend is " + engines());
            }
        }

        /** How any of the engines is opened. */
        final Backends.Options opening() {
            return new Backends.Options(given(threads, Runtime.getRuntime().availableProcessors()), device);
        }
    }

    /** The engine of a command that needs no other. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    static final class OneEngine extends Engines {
        @Option(
                names = "--backend",
                paramLabel = "ENGINE",
                defaultValue = "cpu-simd",
                description = "cpu-simd, opencl or cpu-scalar (default: ${DEFAULT-VALUE}).")
        private Engine engine;

        @Override
        List<Engine> engines() {
            return List.of(engine);
        }
    }

    /** The engines of a command that compares them. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    static final class SeveralEngines extends Engines {
        @Option(
                names = "--backend",
                paramLabel = "ENGINE",
                split = ",",
                description =
                        "cpu-simd, opencl, cpu-scalar or several of them: models are trained on the first, latency is measured on"
                                + " each (default: cpu-simd, and latency on all that are here).")
        private List<Engine> asked;

        @Override
        List<Engine> engines() {
            if (asked != null) {
                return asked.stream().distinct().toList();
            }
            Stream<Engine> present = Stream.of(Engine.values())
                    .filter(engine -> Backends.unavailable(engine).isEmpty());
            return Stream.concat(Stream.of(Engine.CPU_SIMD), present).distinct().toList();
        }
    }

    /** Where results go. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static class Output {
        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "Folder for results (default: retort-out/<command>-<time>).")
        private Path out;

        @Option(names = "--force", description = "Overwrite results that are in --out already.")
        private boolean force;

        @Option(names = "--json", description = "Print the results as JSON on stdout instead of the summary.")
        private boolean json;

        @Option(names = "--verbose", description = "Print stack traces of errors, and what an OpenCL compiler said.")
        private boolean verbose;

        final boolean json() {
            return json;
        }

        final OutputFolder folder(String command) {
            return OutputFolder.open(out, command, existing());
        }

        OutputFolder.Existing existing() {
            return force ? OutputFolder.Existing.OVERWRITTEN : OutputFolder.Existing.REFUSED;
        }

        /** @throws ParameterException if the options contradict each other */
        void check(CommandSpec command) {}

        final boolean hasFolder() {
            return out != null;
        }
    }

    /** Data in, results out. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static class InAndOut extends Output {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description =
                        "Folder with MNIST's four IDX files, gzip or plain, or others of the same names (default: the MNIST inside).")
        private Path data;

        @Option(names = "--profile", description = "Print where the time went, by operation, on stderr.")
        private boolean profile;

        boolean profile() {
            return profile;
        }

        Dataset dataset() {
            return data == null ? Dataset.embedded() : Dataset.load(data);
        }
    }

    /** That, for a command that can be stopped and go on. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static final class Resumable extends InAndOut {
        @Option(names = "--resume", description = "Go on where the command was stopped that had this --out.")
        private boolean resume;

        @Override
        OutputFolder.Existing existing() {
            OutputFolder.Existing standard = resume ? OutputFolder.Existing.RESUMED : super.existing();
            return standard == OutputFolder.Existing.REFUSED ? OutputFolder.Existing.REFUSED_BUT_RESUMABLE : standard;
        }

        @Override
        void check(CommandSpec command) {
            if (resume && super.existing() == OutputFolder.Existing.OVERWRITTEN) {
                throw new ParameterException(command.commandLine(), "--resume and --force exclude each other");
            }
            if (resume && !hasFolder()) {
                throw new ParameterException(command.commandLine(), "--resume needs --out, the folder to go on in");
            }
        }
    }

    /** Which recipe. */
    static class OfRecipe implements RecipeSource {
        @Option(
                names = "--recipe",
                paramLabel = "NAME",
                description = "notebook, or hinton2015: the paper's wide students (default: notebook).")
        private JobValues.RecipeName name = JobValues.RecipeName.NOTEBOOK;

        @OptionGroup.Of(OptionGroup.TRAINING)
        @Option(
                names = "--temperature",
                paramLabel = "T",
                description =
                        "T of the soft labels (default: 3.5, which the notebook uses for all softmaxes; hinton2015 20).")
        private Float temperature;

        @Option(names = "--quick", description = "For a look: 6,000 training images, few epochs, fewer latency calls.")
        private boolean quick;

        @Override
        public final boolean quick() {
            return quick;
        }

        @Override
        public Recipe recipe() {
            Recipe standard = quick ? name.recipe().quick() : name.recipe();
            return standard.withTemperature(given(temperature, standard.temperature()));
        }
    }

    /** That, what students never see, and how they are trained. */
    static class OfStudents extends OfRecipe {
        private static final int QUICK_IMAGES = 6000;

        @Option(names = "--seed", paramLabel = "N", description = "Of all random numbers (default: 0).")
        private long seed;

        @Option(
                names = "--omit",
                paramLabel = "CLASSES",
                description = "Classes that students never see, for example 3 or 7,8; or none (default: 3).")
        private JobValues.Classes omitted;

        @Mixin
        private OfTraining training;

        @Override
        public final Dataset used(Dataset all) {
            return training.used(all, quick() ? QUICK_IMAGES : all.train().size());
        }

        @Override
        public Recipe recipe() {
            Recipe standard = training.changed(super.recipe());
            return standard.withOmitted(omitted == null ? standard.omitted() : omitted.numbers())
                    .withSeed(seed);
        }
    }

    /** That, and how one of them is distilled. */
    @OptionGroup.Of(OptionGroup.TRAINING)
    static class OfDistillation extends OfStudents {
        @Option(
                names = "--method",
                paramLabel = "NAME",
                description =
                        "soft-targets, soft-and-hard, logits, decoupled, standardized, smoothed-labels or hard-labels (default:"
                                + " soft-targets).")
        private Method method;

        @Mixin
        private Alpha alpha;

        @Override
        public final void check(CommandSpec command) {
            alpha.check(command, method == null ? List.of() : List.of(method));
        }

        @Override
        public Recipe recipe() {
            Recipe standard = super.recipe();
            Method chosen = given(method, standard.method());
            return standard.withMethod(chosen, alpha.of(chosen));
        }
    }

    /** How much of a mixed loss is on true labels. */
    @OptionGroup.Of(OptionGroup.TRAINING)
    static final class Alpha {
        @Option(
                names = "--alpha",
                paramLabel = "SHARE",
                converter = Converters.Share.class,
                description = "Share of the true labels in soft-and-hard, 0 to 1 (default: 0.1).")
        private Float alpha;

        /** @throws ParameterException if the option is given and none of the methods mixes */
        void check(CommandSpec command, List<Method> methods) {
            if (alpha != null && methods.stream().noneMatch(Method::mixesAsAsked)) {
                throw new ParameterException(
                        command.commandLine(),
                        "--alpha=" + alpha + " is for --method=" + Method.SOFT_AND_HARD.id() + " only");
            }
        }

        /** The share of a method: the user's for the one that mixes, the others' own. */
        float of(Method method) {
            return method.alpha(given(alpha, method.alpha()));
        }
    }

    /** How long a teacher is trained. */
    @OptionGroup.Of(OptionGroup.TRAINING)
    static final class OfTeacher {
        @Option(names = "--epochs", paramLabel = "N", description = "Teacher's epochs (default: 1; hinton2015 40).")
        private Integer epochs;

        Recipe changed(Recipe standard) {
            return epochs == null
                    ? standard
                    : standard.withTeacher(standard.teacher().withEpochs(epochs));
        }
    }

    /** How models are trained. */
    @OptionGroup.Of(OptionGroup.TRAINING)
    static final class OfTraining {
        @Option(
                names = "--student-epochs",
                paramLabel = "N",
                description = "Epochs of the students (default: 3; hinton2015 50).")
        private Integer studentEpochs;

        @Option(names = "--batch", paramLabel = "N", description = "Images in a step (default: 32; hinton2015 128).")
        private Integer batch;

        @Option(
                names = "--learning-rate",
                paramLabel = "R",
                description = "Learning rate at the start (default: 0.001 of adam, 1 of momentum).")
        private Float learningRate;

        @Option(
                names = "--optimizer",
                paramLabel = "NAME",
                description = "adam, or momentum: the schedule of Hinton et al. 2012 (default: adam).")
        private JobValues.OptimizerName optimizer = JobValues.OptimizerName.ADAM;

        @Option(names = "--train-images", paramLabel = "N", description = "Use at most the first N training images.")
        private Integer trainImages;

        /** @param standard training images where the user does not say */
        Dataset used(Dataset all, int standard) {
            return all.atMost(given(trainImages, standard));
        }

        Recipe changed(Recipe standard) {
            Training student = changed(standard.student());
            return standard.withTeacher(changed(standard.teacher()))
                    .withStudent(student.withEpochs(given(studentEpochs, student.epochs())));
        }

        private Training changed(Training standard) {
            Descent descent = optimizer.descent(standard.descent());
            return standard.withBatch(given(batch, standard.batch()))
                    .withDescent(learningRate == null ? descent : descent.withRate(learningRate));
        }
    }
}
