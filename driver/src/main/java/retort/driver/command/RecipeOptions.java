package retort.driver.command;

import static retort.driver.command.RecipeSource.given;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Converters;
import retort.driver.cli.Nearest;
import retort.driver.cli.OptionGroup;
import retort.driver.config.Experiment;
import retort.driver.config.ExperimentFile;
import retort.driver.data.Dataset;
import retort.driver.job.Descent;
import retort.driver.job.EarlyStopping;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.Training;

/** The options that make or change an experiment: a command mixes in those that it uses, and has no others. */
final class RecipeOptions {
    private RecipeOptions() {}

    /** Which experiment. */
    static class OfRecipe implements RecipeSource {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description =
                        "Experiment to run, a TOML file, in place of a recipe and its defaults; 'retort recipes notebook' prints one to"
                                + " start from.")
        private Path config;

        @Option(
                names = "--recipe",
                paramLabel = "RECIPE",
                completionCandidates = JobValues.RecipeNames.class,
                description =
                        "notebook, hinton2015: the paper's wide students, or hinton2015-long: those on distorted views, for longer"
                                + " (default: notebook).")
        private JobValues.RecipeName name;

        @Option(
                names = "--quick",
                description = "For a look within a minute: few training images and latency calls, few students.")
        private boolean quick;

        private Experiment standard;

        @Override
        public final boolean quick() {
            return quick;
        }

        /** What the file or recipe says. */
        final Experiment standard() {
            if (standard == null) {
                use(
                        config == null
                                ? ExperimentFile.recipe(given(name, JobValues.RecipeName.STANDARD)
                                        .id())
                                : ExperimentFile.read(config));
            }
            return standard;
        }

        private void use(Experiment whole) {
            standard = quick ? whole.forALook() : whole;
        }

        /** A file may name classes, which are the data's. */
        @Override
        public Experiment fitted(Dataset data) {
            if (config != null) {
                use(ExperimentFile.read(config, data.classNames()));
            }
            return fittedAsIs(data);
        }

        final Experiment fittedAsIs(Dataset data) {
            return RecipeSource.super.fitted(data);
        }

        @Override
        public final Experiment experiment() {
            Experiment changed = standard();
            return changed.withRecipe(changed(changed.recipe())).withData(changed(changed.data()));
        }

        /** With what the options say. */
        Recipe changed(Recipe recipe) {
            return recipe;
        }

        /** With what the options say. */
        Experiment.Data changed(Experiment.Data data) {
            return data;
        }

        @Override
        public void check(CommandSpec command) {
            if (config != null && name != null) {
                throw new ParameterException(command.commandLine(), "--config and --recipe exclude each other");
            }
            if (config != null && quick && ExperimentFile.read(config).quick().isEmpty()) {
                throw new ParameterException(
                        command.commandLine(), "--quick: " + config + " has no [quick] that says what that is");
            }
        }

        /** Where the experiment is from, as an option. */
        final String source() {
            return config == null
                    ? "--recipe=" + given(name, JobValues.RecipeName.STANDARD).id()
                    : "--config=" + config;
        }
    }

    /** That, what students never see, and how they are trained. */
    static class OfStudents extends OfRecipe {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "Of all random numbers (default: ${bundle:recipe.seed}).")
        private Long seed;

        @Option(
                names = "--omit",
                paramLabel = "CLASSES",
                description =
                        "Classes that students never see, by number or name, for example 3 or Dress,Coat; or none (default:"
                                + " ${bundle:recipe.omit}).")
        private JobValues.Classes omitted;

        @OptionGroup.Of(OptionGroup.TRAINING)
        @Option(
                names = "--temperature",
                paramLabel = "T",
                converter = Converters.OfSoftmax.class,
                description =
                        "T of the soft labels; where the teacher has the same, its T too (default: ${bundle:recipe.temperature}).")
        private Float temperature;

        @Mixin
        private OfTraining training;

        @Override
        public void check(CommandSpec command) {
            super.check(command);
            training.check(command, experiment().recipe());
        }

        @Override
        public final Dataset used(Dataset all) {
            Experiment used = experiment();
            return used.data().trained(all, used.recipe().seed());
        }

        @Override
        final Experiment.Data changed(Experiment.Data data) {
            return training.changed(data);
        }

        @Override
        Recipe changed(Recipe recipe) {
            Recipe standard = training.changed(temperature == null ? recipe : recipe.withTemperature(temperature));
            return Optional.ofNullable(omitted)
                    .flatMap(JobValues.Classes::numbersAlone)
                    .map(standard::withOmitted)
                    .orElse(standard)
                    .withSeed(given(seed, standard.seed()));
        }

        /** Names of classes are the data's. */
        @Override
        public final Experiment fitted(Dataset data) {
            if (omitted == null) {
                return super.fitted(data);
            }
            Experiment fitted = fittedAsIs(data);
            return fitted.withRecipe(fitted.recipe()
                    .withOmitted(omitted.numbers(command.commandLine(), data.name(), data.classNames())));
        }
    }

    /** That, and how students distil. */
    @OptionGroup.Of(OptionGroup.TRAINING)
    static class OfDistillation extends OfStudents {
        @Option(
                names = "--method",
                paramLabel = "METHOD",
                completionCandidates = JobValues.MethodNames.class,
                description =
                        "soft-targets, soft-and-hard, logits, decoupled, standardized, smoothed-labels or hard-labels (default:"
                                + " ${bundle:recipe.method}).")
        private Method method;

        @Mixin
        private Alpha alpha;

        @Mixin
        private ViewOptions views;

        @Mixin
        private CorrectionOptions correction;

        @Override
        public final void check(CommandSpec command) {
            super.check(command);
            List<Student> students = experiment().recipe().students();
            List<Method> methods = students.stream().map(Student::method).toList();
            correction.check(command, students.stream().map(Student::omitted).toList());
            views.check(command, methods, students);
            alpha.check(command, methods);
        }

        @Override
        Recipe changed(Recipe recipe) {
            Recipe standard = correction.changed(super.changed(recipe));
            return views.changed(
                    alpha.changed(method == null ? standard : standard.withMethod(method, method.alpha())));
        }
    }

    /** Which of an experiment's students. */
    static final class OfStudent {
        @Option(
                names = "--student",
                paramLabel = "NAME",
                description = "Which of the recipe's students (default: the first, or the first that distils).")
        private String name;

        /**
         * @param fitted the recipe as it is done
         * @throws ParameterException if there is no student of that name
         */
        Student of(CommandSpec command, OfRecipe recipe, Recipe fitted, Student standard) {
            String wanted = given(name, standard.name());
            List<Student> students = fitted.students();
            List<String> names = students.stream().map(Student::name).toList();
            return students.stream()
                    .filter(student -> student.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            command.commandLine(),
                            "--student=" + wanted + " is not in " + recipe.source() + ", expected one of "
                                    + String.join(", ", names) + Nearest.question(wanted, names)));
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

        Recipe changed(Recipe standard) {
            return alpha == null
                    ? standard
                    : standard.withStudents(student -> student.withMethod(
                            student.method(), student.method().mixesAsAsked() ? alpha : student.alpha()));
        }
    }

    /** How long a teacher is trained. */
    @OptionGroup.Of(OptionGroup.TRAINING)
    static final class OfTeacher {
        @Option(
                names = "--epochs",
                paramLabel = "N",
                description = "Teacher's epochs (default: ${bundle:recipe.epochs}).")
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
                description = "Epochs of the students (default: ${bundle:recipe.student-epochs}).")
        private Integer studentEpochs;

        @Option(
                names = "--batch",
                paramLabel = "N",
                description = "Images in a step (default: ${bundle:recipe.batch}).")
        private Integer batch;

        @Option(
                names = "--learning-rate",
                paramLabel = "R",
                description = "Learning rate at the start (default: ${bundle:recipe.learning-rate}; 1 of momentum).")
        private Float learningRate;

        @Option(
                names = "--optimizer",
                paramLabel = "OPTIMIZER",
                completionCandidates = JobValues.OptimizerNames.class,
                description = "adam, adamw, sgd, sgdw, or momentum: the schedule of Hinton et al. 2012 (default:"
                        + " ${bundle:recipe.optimizer}).")
        private JobValues.OptimizerName optimizer;

        @Option(
                names = "--weight-decay",
                paramLabel = "R",
                description = "Decay of weights, not of biases (default: 0; adamw 0.01, sgdw 0.0005).")
        private Float weightDecay;

        @Option(
                names = "--clip-norm",
                paramLabel = "N",
                description = "Longest gradient of a step, all parameters together (default: any).")
        private Float clipNorm;

        @Option(
                names = "--patience",
                paramLabel = "N",
                description =
                        "Stop after N epochs without a smaller loss on held-out images, and keep the best weights (default: all"
                                + " epochs).")
        private Integer patience;

        @Option(
                names = "--weight-average",
                paramLabel = "DECAY",
                converter = Converters.Decay.class,
                description =
                        "Models end with the moving average of their weights, such as 0.999 (default: their last weights).")
        private Float weightAverage;

        @Option(
                names = "--train-images",
                paramLabel = "N",
                description =
                        "Use at most the first N training images; of a set sorted by class, N drawn (default: all).")
        private Integer trainImages;

        Experiment.Data changed(Experiment.Data standard) {
            return new Experiment.Data(
                    standard.folder(), Optional.ofNullable(trainImages).or(standard::trainImages), standard.form());
        }

        Recipe changed(Recipe standard) {
            return standard.withTeacher(changed(standard.teacher())).withStudents(student -> {
                Training training = changed(student.training());
                return student.withTraining(training.withEpochs(given(studentEpochs, training.epochs())));
            });
        }

        private Training changed(Training standard) {
            EarlyStopping stopping = standard.stopping();
            return standard.withBatch(given(batch, standard.batch()))
                    .withWeightAverage(given(weightAverage, standard.weightAverage()))
                    .withClipNorm(given(clipNorm, standard.clipNorm()))
                    .withStopping(patience == null ? stopping : stopping.withPatience(patience))
                    .withDescent(changed(standard.descent()));
        }

        private Descent changed(Descent standard) {
            Descent descent = optimizer == null ? standard : optimizer.descent(standard);
            Descent decaying = weightDecay == null ? descent : descent.withDecay(weightDecay);
            return learningRate == null ? decaying : decaying.withRate(learningRate);
        }

        /** @throws ParameterException if settings don't go together */
        void check(CommandSpec command, Recipe changed) {
            Stream.concat(
                            Stream.of(changed.teacher()),
                            changed.students().stream().map(Student::training))
                    .forEach(training -> {
                        if (weightDecay != null && !training.descent().canDecay()) {
                            throw new ParameterException(
                                    command.commandLine(),
                                    "--weight-decay is not for --optimizer="
                                            + training.descent().id());
                        }
                        if (training.contradiction() != null) {
                            throw new ParameterException(command.commandLine(), training.contradiction());
                        }
                    });
        }
    }
}
