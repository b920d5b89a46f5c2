package retort.driver.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import retort.driver.cli.Sha256;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.job.Checkpoints;
import retort.driver.job.DeviceImages;
import retort.driver.job.Ensemble;
import retort.driver.job.Evaluation;
import retort.driver.job.Job;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.StudentResult;
import retort.driver.job.TeacherResult;
import retort.driver.job.ViewTeacher;
import retort.kernels.Backend;
import retort.nn.ModelFileException;
import retort.nn.Network;
import retort.nn.Sequential;

/**
 * Does the cells of a study that are not done yet, one after the other. Each result is handed over as soon as it is
 * there, so that a study can be stopped at any time and continued.
 */
public final class StudyRun {
    private final Backend backend;
    private final DeviceImages device;
    private final Dataset data;
    private final Recipe recipe;
    private final Path folder;
    private final Path givenTeacher;
    private final Checkpoints checkpoints;
    private final Job.Watcher watcher;

    /**
     * @param folder that teachers are saved to, and those that are known are read from
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
        this.device = new DeviceImages(backend, watcher::remark);
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
     * @throws BadDataException if the file of a teacher that is needed is not as it was left
     */
    public Study complete(Study study, List<Cell> cells, Consumer<Study> keep) {
        checkTeachers(study, cells);
        Job unbegun = job(recipe, study.study());
        if (givenTeacher == null) {
            unbegun.check().teachersMemory();
        }
        List<Student> students = cells.stream()
                .filter(cell -> study.cell(cell).isEmpty())
                .map(cell -> cell.student(recipe))
                .toList();
        unbegun.check().memory(students);
        unbegun.check().transferSet(students);
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

    /**
     * Trains the teachers that {@code study} lacks, and no students.
     *
     * @param keep gets the study after each
     */
    public Study completeTeachers(Study study, List<Long> seeds, Consumer<Study> keep) {
        job(recipe, study.study()).check().teachersMemory();
        Study known = study;
        for (long seed : seeds) {
            if (known.teacher(seed).isEmpty()) {
                known = known.with(trained(seed, file(seed)).result());
                keep.accept(known);
            }
        }
        return known;
    }

    private void checkTeachers(Study known, List<Cell> cells) {
        if (givenTeacher != null) {
            return;
        }
        cells.stream()
                .filter(cell -> known.cell(cell).isEmpty())
                .map(Cell::seed)
                .distinct()
                .flatMap(seed -> known.teacher(seed).stream())
                .forEach(teacher -> {
                    Path file = file(teacher.seed());
                    if (teacher.digest() == null) {
                        throw new BadDataException(
                                file.toString(),
                                "the teacher of seed " + teacher.seed()
                                        + " was not saved when it was trained, and students"
                                        + " that are missing need it: begin again in another folder");
                    }
                    String digest = Sha256.of(file);
                    if (!digest.equals(teacher.digest())) {
                        throw new BadDataException(
                                file.toString(),
                                "is not the teacher that taught seed " + teacher.seed() + ": its SHA-256 is " + digest
                                        + ", expected " + teacher.digest());
                    }
                });
    }

    private Path file(long seed) {
        return folder.resolve("teacher-seed" + seed + ".safetensors");
    }

    /** What a teacher says of the training images, and what is to be kept of it. */
    private record Teaching(Job.Taught taught, Study.TeacherResult result) {}

    /** The teacher of a seed: given, trained before, or trained now. */
    private Teaching teacher(Study known, long seed) {
        Path own = file(seed);
        Optional<Study.TeacherResult> before = known.teacher(seed);
        if (givenTeacher == null && before.isEmpty()) {
            return trained(seed, own);
        }
        String name = "teacher, seed " + seed;
        Job job = job(recipe.withSeed(seed), name);
        Path file = givenTeacher != null ? givenTeacher : own;
        try (Network model = Network.load(backend, file, null).network()) {
            Job.Taught taught = job.teach(softLabels(seed), model, file);
            return new Teaching(
                    taught,
                    before.isPresent() ? before.get() : result(seed, 0, job.test(model, name, file), taught, null));
        }
    }

    private Teaching trained(long seed, Path file) {
        String name = "teacher, seed " + seed;
        Job job = job(recipe.withSeed(seed), name);
        try (Job.Trained<TeacherResult> teacher = job.trainTeacher(name)) {
            boolean saved = saved(job, teacher.model(), file);
            Job.Taught taught = job.teach(softLabels(seed), teacher);
            TeacherResult result = teacher.result();
            return new Teaching(
                    taught, result(seed, result.seconds(), result.test(), taught, saved ? Sha256.of(file) : null));
        }
    }

    private boolean saved(Job job, Sequential teacher, Path file) {
        try {
            job.save(teacher, file);
            return true;
        } catch (ModelFileException e) {
            watcher.notWritten(e.getMessage());
            return false;
        }
    }

    private static String softLabels(long seed) {
        return "soft labels, seed " + seed;
    }

    private Study.TeacherResult result(long seed, double seconds, Evaluation test, Job.Taught taught, String digest) {
        return new Study.TeacherResult(
                seed,
                seconds,
                Study.Measured.of(test, List.of()),
                List.of(
                        Study.SoftLabels.of(taught.logits(), data.train(), 1),
                        Study.SoftLabels.of(taught.logits(), data.train(), taught.temperature())),
                digest);
    }

    private Study.CellResult student(Cell cell, Job.Taught taught, String title) {
        Job job = job(recipe.withSeed(cell.seed()), title);
        try (Job.Trained<StudentResult> student =
                job.trainStudent(cell.student(recipe), Optional.of(taught), () -> ofViews(cell.seed()))) {
            return Study.CellResult.of(cell, student.result());
        }
    }

    private ViewTeacher ofViews(long seed) {
        Path file = givenTeacher != null ? givenTeacher : file(seed);
        return ViewTeacher.open(
                List.of(file),
                Ensemble.LOGITS,
                path -> Network.load(backend, path, null).network());
    }

    /** Its models are not kept, each training is one step. */
    private Job job(Recipe own, String title) {
        return new Job(device, data, own, null, checkpoints, new WholeTraining(watcher, title));
    }
}
