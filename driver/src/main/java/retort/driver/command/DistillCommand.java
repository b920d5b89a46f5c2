package retort.driver.command;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Version;
import retort.driver.job.Job;
import retort.driver.job.Remarks;
import retort.driver.job.Student;
import retort.driver.job.StudentResult;
import retort.driver.report.ReportBuilder;

/** Trains a student on a teacher's soft labels. */
@Command(
        name = "distill",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Distils a teacher into a student that never sees the omitted classes, and saves it.",
        footer = {
            "",
            "Examples:",
            "  retort distill --teacher=teacher/teacher.safetensors",
            "  retort distill --teacher=teacher/teacher.safetensors --temperature=8",
            "  retort distill --teacher-logits=logits.safetensors",
            "  retort distill --teacher-logits=views.npy --consistent --student-jitter=2"
        })
final class DistillCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TeacherOptions teacher;

    @Mixin
    private Options.OneEngine engine;

    @Mixin
    private RecipeOptions.OfDistillation recipe;

    @Mixin
    private RecipeOptions.OfStudent student;

    @Mixin
    private Options.Resumable options;

    @Override
    public Integer call() {
        teacher.check(spec, recipe.experiment().teacher());
        try (Session session = new Session(spec, options, recipe, engine)) {
            Student learner = student.of(
                    spec, recipe, session.recipe(), recipe.standard().recipe().distilled());
            session.checkOmitted(List.of(learner));
            ReportBuilder report = new ReportBuilder();
            report.config(session.config());
            teacher.checkFiles(spec, session, learner);
            CommandSettings settings = teacher.settings().with("student", learner);
            if (!session.keepCheckpoints(options, settings)) {
                return ExitCode.DONE;
            }
            Job job = session.job();
            job.check().memory(List.of(learner));
            job.check().transferSet(List.of(learner));
            session.remark(Remarks.ofStudents(session.data(), session.recipe(), List.of(learner)), report);
            session.progress().expect(teacher.steps() + learner.steps());
            Job.Taught taught = teacher.teach(session, job);
            report.softLabels(taught, session.data().train(), List.of(learner));
            try (Job.Trained<StudentResult> trained =
                    job.trainStudent(learner, Optional.of(taught), () -> teacher.ofViews(session))) {
                report.student(trained.result());
                session.finish(report, Stream.ofNullable(trained.file()).toList());
            }
            return session.exitCode();
        }
    }
}
