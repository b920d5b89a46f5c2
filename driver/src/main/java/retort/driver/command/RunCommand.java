package retort.driver.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Sha256;
import retort.driver.cli.Version;
import retort.driver.data.ImageSet;
import retort.driver.job.Ensemble;
import retort.driver.job.Job;
import retort.driver.job.Recipe;
import retort.driver.job.Remarks;
import retort.driver.job.Student;
import retort.driver.job.StudentResult;
import retort.driver.job.TeacherResult;
import retort.driver.job.ViewTeacher;
import retort.driver.report.ReportBuilder;
import retort.nn.Architecture;
import retort.nn.Network;

/** The whole job. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Does the whole job: teacher, soft labels, cross-validation, students, evaluation, latency, report.",
        footer = {
            "",
            "Examples:",
            "  retort run --quick",
            "  retort run --seed=1 --out=runs/seed1",
            "  retort run --recipe=hinton2015 --quick --omit=7,8",
            "  retort run --config=mine.toml --dry-run"
        })
final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dry-run",
            description = "Print layers, parameters, steps, memory and an estimate of the time, and train nothing.")
    private boolean dry;

    @Mixin
    private Options.SeveralEngines engine;

    @Mixin
    private OfRun recipe;

    @Mixin
    private Options.Resumable options;

    @Override
    public Integer call() {
        if (dry) {
            new DryRun(spec, options, recipe, engine).print();
            return ExitCode.DONE;
        }
        try (Session session = new Session(spec, options, recipe, engine)) {
            ReportBuilder report = new ReportBuilder();
            report.config(session.config());
            List<Path> models = new ArrayList<>();
            session.checkOmitted(session.recipe().students());
            Optional<Path> file = session.experiment().teacher();
            if (file.isPresent() && spec.commandLine().getParseResult().hasMatchedOption("--epochs")) {
                throw new ParameterException(
                        spec.commandLine(), "--epochs trains a teacher, and " + recipe.source() + " has its file");
            }
            file.ifPresent(given -> ModelFiles.check(session, given));
            CommandSettings none = CommandSettings.none();
            if (!session.keepCheckpoints(
                    options,
                    file.map(given -> none.with("teacher", Sha256.of(given))).orElse(none))) {
                return ExitCode.DONE;
            }
            Job job = session.job();
            List<Student> students = session.recipe().students();
            if (file.isEmpty()) {
                job.check().teachersMemory();
            }
            job.check().memory(students);
            job.check().transferSet(students);
            session.remark(Remarks.of(session.data(), session.recipe(), students), report);
            // Teacher, soft labels and latency; of each student its cross-validation, and itself.
            session.progress()
                    .expect(3 + students.stream().mapToInt(Student::steps).sum());
            Job.Taught taught =
                    file.isPresent() ? teach(session, job, file.get(), report) : teach(session, job, report, models);
            Path teacher = file.orElseGet(models::getFirst);
            for (Student student : students) {
                keep(job.trainStudent(student, Optional.of(taught), () -> ofViews(session, teacher)), report, models);
            }
            ImageSet test = session.data().test();
            new LatencyRun(
                            timed(teacher, students, models.subList(file.isPresent() ? 0 : 1, models.size()), test),
                            test,
                            session.recipe().ownTemperature(),
                            session.experiment().latency())
                    .run(engine, session.progress(), session.checkpoints(), report);
            session.finish(report, models.stream().filter(Objects::nonNull).toList());
            return session.exitCode();
        }
    }

    /** A method of its own, so that nothing here holds the teacher's weights any longer. */
    private static Job.Taught teach(Session session, Job job, ReportBuilder report, List<Path> models) {
        try (Job.Trained<TeacherResult> teacher = job.trainTeacher("teacher")) {
            report.teacher(teacher.result());
            models.add(teacher.file());
            Job.Taught taught = job.teach("soft labels", teacher);
            report.softLabels(taught, session.data().train(), session.recipe().students());
            return taught;
        }
    }

    /** The same by a teacher that is there already. */
    private static Job.Taught teach(Session session, Job job, Path file, ReportBuilder report) {
        try (Network teacher =
                ModelFiles.load(session.backend(), file, session.data().test())) {
            report.teacher(job.bring("teacher", teacher, file));
            Job.Taught taught = job.teach("soft labels", teacher, file);
            report.softLabels(taught, session.data().train(), session.recipe().students());
            return taught;
        }
    }

    /** @param file null if it could not be written */
    private static ViewTeacher ofViews(Session session, Path file) {
        if (file == null) {
            throw new IllegalStateException("the teacher's model could not be written, and is needed to label views");
        }
        return ModelFiles.viewTeacher(session, List.of(file), Ensemble.LOGITS);
    }

    /** The teacher and a student of each architecture, the first of them as "student". */
    private static List<LatencyRun.Timed> timed(
            Path teacher, List<Student> students, List<Path> models, ImageSet test) {
        List<LatencyRun.Timed> timed = new ArrayList<>();
        timed.add(timed(LatencyRun.TEACHER, teacher, test));
        Set<Architecture> seen = new HashSet<>();
        for (int i = 0; i < students.size(); i++) {
            Student student = students.get(i);
            if (seen.add(student.training().architecture())) {
                timed.add(timed(i == 0 ? LatencyRun.STUDENT : student.name(), models.get(i), test));
            }
        }
        return timed;
    }

    /** @param file null if it could not be written */
    private static LatencyRun.Timed timed(String name, Path file, ImageSet test) {
        return new LatencyRun.Timed(name, backend -> {
            if (file == null) {
                throw new IllegalStateException("its model could not be written");
            }
            return ModelFiles.load(backend, file, test);
        });
    }

    private static void keep(Job.Trained<StudentResult> student, ReportBuilder report, List<Path> models) {
        try (student) {
            report.student(student.result());
            models.add(student.file());
        }
    }

    /** How teacher and students are trained, and one of these distilled. */
    static final class OfRun extends RecipeOptions.OfDistillation {
        @Mixin
        private RecipeOptions.OfTeacher teacher;

        @Override
        Recipe changed(Recipe standard) {
            return teacher.changed(super.changed(standard));
        }
    }
}
