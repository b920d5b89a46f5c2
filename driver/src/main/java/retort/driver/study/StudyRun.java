package retort.driver.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import retort.driver.data.Dataset;
import retort.driver.job.Checkpoints;
import retort.driver.job.Evaluation;
import retort.driver.job.Job;
import retort.driver.job.Recipe;
import retort.driver.job.StudentResult;
import retort.driver.job.TeacherResult;
import retort.kernels.Backend;
import retort.nn.Sequential;

/**
 * Does the cells of a study that are not done yet, one after the other. Each result is handed over as soon as it is
 * there, so that a study can be stopped at any time and continued.
 */
public final class StudyRun {
    private final Backend backend;
    private final Dataset data;
    private final Recipe recipe;
    private final Path folder;
    private final Path givenTeacher;
    private final Checkpoints checkpoints;
    private final Job.Watcher watcher;

    /**
     * @param folder that teachers are saved to
     * @param givenTeacher a model of these images and classes to use for every seed, or null to train one for each
     * @param checkpoints to go on from
     */
    public StudyRun(
            Backend backend,
            Dataset data,
            Recipe recipe,
            Path folder,
            Path givenTeacher,
            Checkpoints checkpoints,
            Job.Watcher watcher) {
        this.backend = backend;
        this.data = data;
        this.recipe = recipe;
        this.folder = folder;
        this.givenTeacher = givenTeacher;
        this.checkpoints = checkpoints;
        this.watcher = watcher;
    }

    /**
     * Does what {@code study} lacks.
     *
     * @param cells in groups of one seed, so that a teacher is needed once
     * @param keep gets the study after each result
     * @return the study with everything
     */
    public Study complete(Study study, List<Cell> cells, Consumer<Study> keep) {
        Study known = study;
        Job.Taught taught = null;
        long taughtSeed = 0;
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (known.cell(cell).isPresent()) {
                continue;
            }
            if (taught == null || taughtSeed != cell.seed()) {
                Teaching teaching = teacher(known, cell.seed());
                if (known.teacher(cell.seed()).isEmpty()) {
                    known = known.with(teaching.result());
                    keep.accept(known);
                }
                taught = teaching.taught();
                taughtSeed = cell.seed();
            }
            String title = String.format(Locale.ROOT, "%d of %d, %s", i + 1, cells.size(), cell.id());
            known = known.with(student(cell, taught, title));
            keep.accept(known);
        }
        return known;
    }

    /** What a teacher says of the training images, and what is to be kept of it. */
    private record Teaching(Job.Taught taught, Study.TeacherResult result) {}

    /** The teacher of a seed: given, trained before, or trained now. */
    private Teaching teacher(Study known, long seed) {
        Path own = folder.resolve("teacher-seed" + seed + ".safetensors");
        Optional<Study.TeacherResult> before = known.teacher(seed);
        if (givenTeacher == null && before.isEmpty()) {
            return trained(seed, own);
        }
        String name = "teacher, seed " + seed;
        Job job = job(recipe.withSeed(seed), name);
        try (Sequential model = Sequential.load(backend, givenTeacher != null ? givenTeacher : own)
                .model()) {
            Job.Taught taught = taught(job, seed, model);
            return new Teaching(
                    taught, before.isPresent() ? before.get() : result(seed, 0, job.test(model, name), taught));
        }
    }

    private Teaching trained(long seed, Path file) {
        String name = "teacher, seed " + seed;
        Job job = job(recipe.withSeed(seed), name);
        try (Job.Trained<TeacherResult> teacher = job.trainTeacher(name)) {
            job.save(teacher.model(), file);
            Job.Taught taught = taught(job, seed, teacher.model());
            TeacherResult result = teacher.result();
            return new Teaching(taught, result(seed, result.seconds(), result.test(), taught));
        }
    }

    private static Job.Taught taught(Job job, long seed, Sequential teacher) {
        return job.teach("soft labels, seed " + seed, teacher);
    }

    private Study.TeacherResult result(long seed, double seconds, Evaluation test, Job.Taught taught) {
        return new Study.TeacherResult(
                seed,
                seconds,
                Study.Measured.of(test, List.of()),
                List.of(
                        Study.SoftLabels.of(taught.logits(), data.train(), 1),
                        Study.SoftLabels.of(taught.logits(), data.train(), taught.temperature())));
    }

    private Study.CellResult student(Cell cell, Job.Taught taught, String title) {
        Job job = job(recipe.withSeed(cell.seed()), title);
        try (Job.Trained<StudentResult> student = job.trainStudent(cell.student(recipe), Optional.of(taught))) {
            return Study.CellResult.of(cell, student.result());
        }
    }

    /** Its models are not kept, each training is one step. */
    private Job job(Recipe own, String title) {
        return new Job(backend, data, own, null, checkpoints, new WholeTraining(watcher, title));
    }
}
