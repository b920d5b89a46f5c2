package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Version;
import retort.driver.job.Job;
import retort.driver.job.Recipe;
import retort.driver.job.Remarks;
import retort.driver.job.Student;
import retort.driver.job.StudentResult;
import retort.driver.job.TeacherResult;
import retort.driver.report.ReportBuilder;

/** Trains one model on true labels. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Trains a teacher, or a student, on true labels and saves it.",
        footer = {
            "",
            "Examples:",
            "  retort train --epochs=2 --out=teacher",
            "  retort train --model=student --omit=none --student-epochs=10"
        })
final class TrainCommand implements Callable<Integer> {
    /** What there is to train, and the options that only the other has. */
    enum Model {
        TEACHER("--omit", "--student-epochs", "--student"),
        STUDENT("--epochs");

        private final List<String> foreign;

        Model(String... foreign) {
            this.foreign = List.of(foreign);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            defaultValue = "teacher",
            description = "teacher, or student, which then omits what --omit says (default: ${DEFAULT-VALUE}).")
    private Model model;

    @Mixin
    private Options.OneEngine engine;

    @Mixin
    private OfTrain recipe;

    @Mixin
    private RecipeOptions.OfStudent student;

    @Mixin
    private Options.Resumable options;

    @Override
    public Integer call() {
        checkOptions();
        try (Session session = new Session(spec, options, recipe, engine)) {
            if (model == Model.TEACHER && session.experiment().teacher().isPresent()) {
                throw new ParameterException(
                        spec.commandLine(), recipe.source() + " has the teacher's file, so there is none to train");
            }
            ReportBuilder report = new ReportBuilder();
            report.config(session.config());
            if (!session.keepCheckpoints(options, settings(session.recipe()))) {
                return ExitCode.DONE;
            }
            Job job = session.job();
            switch (model) {
                case TEACHER -> {
                    job.check().teachersMemory();
                    session.remark(Remarks.of(session.data(), session.recipe(), List.of()), report);
                    try (Job.Trained<TeacherResult> teacher = job.trainTeacher("teacher")) {
                        report.teacher(teacher.result());
                        session.finish(report, written(teacher.file()));
                    }
                }
                case STUDENT -> {
                    Student learner = learner(session.recipe());
                    session.checkOmitted(List.of(learner));
                    job.check().memory(List.of(learner));
                    job.check().transferSet(List.of(learner));
                    session.remark(Remarks.ofStudents(session.data(), session.recipe(), List.of(learner)), report);
                    try (Job.Trained<StudentResult> trained = job.trainStudent(learner, Optional.empty())) {
                        report.student(trained.result());
                        session.finish(report, written(trained.file()));
                    }
                }
            }
            return session.exitCode();
        }
    }

    private static List<Path> written(Path file) {
        return Stream.ofNullable(file).toList();
    }

    private CommandSettings settings(Recipe used) {
        CommandSettings settings = CommandSettings.none().with("model", model);
        return model == Model.STUDENT ? settings.with("student", learner(used)) : settings;
    }

    /** As the recipe has it, if it needs no teacher; otherwise on true labels. */
    private Student learner(Recipe used) {
        Student chosen = student.of(spec, recipe, used, used.students().getFirst());
        if (!chosen.method().distils()) {
            return chosen;
        }
        String name = chosen.omitted().isEmpty() ? "hard-labels-all" : "hard-labels";
        return chosen.onTrueLabels(name, used.ownTemperature());
    }

    private void checkOptions() {
        for (String option : model.foreign) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(spec.commandLine(), option + " is not for --model=" + model);
            }
        }
        Recipe used = recipe.recipe();
        if (used.temperature() != used.ownTemperature()
                && spec.commandLine().getParseResult().hasMatchedOption("--temperature")) {
            throw new ParameterException(spec.commandLine(), "--temperature is for distillation in " + recipe.source());
        }
    }

    /** How teacher and students are trained. */
    static final class OfTrain extends RecipeOptions.OfStudents {
        @Mixin
        private RecipeOptions.OfTeacher teacher;

        @Override
        Recipe changed(Recipe standard) {
            return teacher.changed(super.changed(standard));
        }
    }
}
