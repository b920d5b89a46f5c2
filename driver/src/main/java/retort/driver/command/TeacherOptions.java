package retort.driver.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.Sha256;
import retort.driver.job.Ensemble;
import retort.driver.job.Job;
import retort.driver.job.KeptViews;
import retort.driver.job.Logits;
import retort.driver.job.Student;
import retort.driver.job.ViewTeacher;
import retort.driver.job.Views;
import retort.driver.store.LogitsFile;

/** Whom a student learns from: a model, several, or logits that were kept. */
final class TeacherOptions {
    /** One model or several as one. */
    static final class Models {
        @Option(
                names = "--teacher",
                paramLabel = "FILE",
                split = ",",
                description =
                        "A model that 'train' or 'run' saved; or several, A,B,C, of which the mean teaches (default: none).")
        private List<Path> files = List.of();

        @Option(
                names = "--ensemble",
                paramLabel = "MEAN",
                completionCandidates = JobValues.EnsembleNames.class,
                description = "Of several teachers: the mean of their logits, or probabilities (default: logits).")
        private Ensemble ensemble;

        List<Path> files() {
            return files;
        }

        /** What an experiment names, where the options name none. */
        void standard(Path file) {
            files = files.isEmpty() ? List.of(file) : files;
        }

        Ensemble ensemble() {
            return ensemble == null ? Ensemble.LOGITS : ensemble;
        }

        /** @throws ParameterException if an option would do nothing */
        void check(CommandSpec command) {
            if (ensemble != null && files.size() < 2) {
                throw new ParameterException(
                        command.commandLine(), "--ensemble=" + ensemble.id() + " is for several teachers");
            }
        }

        List<String> digests() {
            return files.stream().map(Sha256::of).toList();
        }
    }

    @Mixin
    private Models models;

    @Option(
            names = "--teacher-logits",
            paramLabel = "FILE",
            description =
                    "Logits that 'label' or others kept, .safetensors, .npy, .csv, or a folder of Spark's (default: --teacher gives them).")
    private Path logits;

    /**
     * @param ofExperiment who teaches where the options don't say
     * @throws ParameterException if nobody teaches, or both do
     */
    void check(CommandSpec command, Optional<Path> ofExperiment) {
        if (logits == null) {
            ofExperiment.ifPresent(models::standard);
        }
        if (models.files().isEmpty() == (logits == null)) {
            String problem = logits == null ? "either is needed" : "exclude each other";
            throw new ParameterException(command.commandLine(), "--teacher and --teacher-logits: " + problem);
        }
        models.check(command);
    }

    /** Who labels a student's views: the models, or what they once said of the same ones. */
    ViewTeacher ofViews(Session session) {
        return logits == null
                ? ModelFiles.viewTeacher(session, models.files(), models.ensemble())
                : LogitsFile.read(logits, session.data().train()).views().orElseThrow();
    }

    /** What a student's weights depend on. */
    CommandSettings settings() {
        CommandSettings none = CommandSettings.none();
        if (logits != null) {
            return none.with("teacher-logits", LogitsFile.digest(logits));
        }
        CommandSettings teachers = none.with("teacher", String.join(",", models.digests()));
        return models.files().size() == 1 ? teachers : teachers.with("ensemble", models.ensemble());
    }

    /**
     * Refuses files that can't be used, before anything is trained or written.
     *
     * @throws ParameterException if the student wants labels of the views that it is shown, and kept logits have none
     */
    void checkFiles(CommandSpec command, Session session, Student student) {
        models.files().forEach(file -> ModelFiles.check(session, file));
        if (logits == null) {
            return;
        }
        Optional<KeptViews> kept =
                LogitsFile.read(logits, session.data().train()).views();
        if (student.isTaughtViews()) {
            checkViews(command, student, kept);
        }
    }

    private void checkViews(CommandSpec command, Student student, Optional<KeptViews> kept) {
        String wanted = "student " + student.name() + " is taught the moved images that it is shown: ";
        if (kept.isEmpty()) {
            throw new ParameterException(
                    command.commandLine(),
                    wanted + "expected a --teacher to label them, or logits of 'label --views'; those of " + logits
                            + " are of images as they are");
        }
        Views views = kept.get().views();
        if (!views.isOf(student.training())) {
            throw new ParameterException(
                    command.commandLine(),
                    wanted + "expected those of " + logits + ", " + Views.moves(views.jitter(), views.distortion())
                            + ", and its training has "
                            + Views.moves(
                                    student.training().jitter(),
                                    student.training().distortion()));
        }
    }

    /** How many steps of a job it takes. */
    int steps() {
        return models.files().size();
    }

    /** The logits of all training images. */
    Job.Taught teach(Session session, Job job) {
        if (logits != null) {
            LogitsFile kept = LogitsFile.read(logits, session.data().train());
            if (!kept.namesItsData()) {
                session.progress()
                        .say("note: " + logits + " does not say of what data it is: it is taken to be of "
                                + session.data().name() + ", in the same order");
            }
            return new Job.Taught(kept.logits(), session.recipe().temperature(), 0);
        }
        List<Logits> taught = new ArrayList<>();
        double seconds = 0;
        for (Path file : models.files()) {
            String name = models.files().size() == 1 ? "soft labels" : "soft labels " + (taught.size() + 1);
            try (var model =
                    ModelFiles.load(session.backend(), file, session.data().test())) {
                Job.Taught one = job.teach(name, model, file);
                taught.add(one.logits());
                seconds += one.seconds();
            }
        }
        return new Job.Taught(models.ensemble().of(taught), session.recipe().temperature(), seconds);
    }
}
