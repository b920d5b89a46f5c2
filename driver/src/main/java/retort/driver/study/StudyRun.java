package retort.driver.study;

import java.nio.file.Files;
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
import retort.driver.job.ModelTeacher;
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
    private final Teachers teachers;
    private final Checkpoints checkpoints;
    private final Job.Watcher watcher;

    /**
     * Where a study has its teachers from.
     *
     * @param folder with a file for each seed
     * @param areOwn whether this study trains them, and saves them there; else another one has
     * @param given a model of these images and classes to use for every seed, or null for those of the folder
     */
    public record Teachers(Path folder, boolean areOwn, Path given) {
        /** Of a study that trains one for each seed. */
        public static Teachers own(Path folder) {
            return new Teachers(folder, true, null);
        }

        /** The file of a seed's. */
        private Path file(long seed) {
            return given != null ? given : folder.resolve("teacher-seed" + seed + ".safetensors");
        }
    }

    /** @param checkpoints to go on from */
    public StudyRun(
            Backend backend,
            Dataset data,
            Recipe recipe,
            Teachers teachers,
            Checkpoints checkpoints,
            Job.Watcher watcher) {
        this.backend = backend;
        this.device = new DeviceImages(backend, watcher::remark);
        this.data = data;
        this.recipe = recipe;
        this.teachers = teachers;
        this.checkpoints = checkpoints;
        this.watcher = watcher;
    }

    /**
     * Does what {@code study} lacks. A teacher that could not be saved is trained again, to the same weights, and
     * saved.
     *
     * @param cells in groups of one seed, so that a teacher is needed once
     * @param keep gets the study after each result
     * @return the study with everything
     * @throws BadDataException if the file of a teacher that is needed is not as it was left, or one that is trained
     *     again becomes another
     * @throws ModelFileException if a teacher can't be saved that students need the file of
     */
    public Study complete(Study study, List<Cell> cells, Consumer<Study> keep) {
        checkTeachers(study, cells);
        checkStudents(study, cells);
        Study known = study;
        Job.Taught taught = null;
        long taughtSeed = 0;
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            boolean isDone = known.cell(cell).isPresent();
            if (isDone && !isUnsaved(known, cell.seed())) {
                continue;
            }
            if (taught == null || taughtSeed != cell.seed()) {
                Teaching teaching = teacher(known, cell.seed());
                if (!known.teacher(cell.seed()).equals(Optional.of(teaching.result()))) {
                    known = known.with(teaching.result());
                    keep.accept(known);
                }
                if (teaching.unsaved().isPresent() && needFile(known, cells, cell.seed())) {
                    throw teaching.unsaved().get();
                }
                tell(teaching);
                taught = teaching.taught();
                taughtSeed = cell.seed();
            }
            if (isDone) {
                continue;
            }
            String title = String.format(Locale.ROOT, "%d of %d, %s", i + 1, cells.size(), cell.id());
            known = known.with(student(cell, taught, title));
            keep.accept(known);
        }
        return known;
    }

    /**
     * Trains the teachers that {@code study} or its folder lacks, and no students.
     *
     * @param keep gets the study after each
     * @throws BadDataException if one that is trained again becomes another
     */
    public Study completeTeachers(Study study, List<Long> seeds, Consumer<Study> keep) {
        job(recipe, study.study()).check().teachersMemory();
        Study known = study;
        for (long seed : seeds) {
            if (known.teacher(seed).filter(this::isSaved).isEmpty()) {
                Teaching teaching = trained(known, seed);
                known = known.with(teaching.result());
                keep.accept(known);
                tell(teaching);
            }
        }
        return known;
    }

    /** Whether a seed's teacher is known and could not be saved. */
    private boolean isUnsaved(Study known, long seed) {
        return teachers.given() == null
                && known.teacher(seed)
                        .filter(teacher -> teacher.digest() == null)
                        .isPresent();
    }

    private boolean isSaved(Study.TeacherResult teacher) {
        return teacher.digest() != null && Files.exists(teachers.file(teacher.seed()));
    }

    /** Whether students of a seed that are missing are shown views, which the teacher's file is needed for. */
    private boolean needFile(Study known, List<Cell> cells, long seed) {
        return cells.stream()
                .filter(cell -> cell.seed() == seed && known.cell(cell).isEmpty())
                .anyMatch(cell -> cell.student(recipe).isTaughtViews());
    }

    private void checkStudents(Study known, List<Cell> cells) {
        Job unbegun = job(recipe, known.study());
        if (teachers.given() == null) {
            unbegun.check().teachersMemory();
        }
        List<Student> students = cells.stream()
                .filter(cell -> known.cell(cell).isEmpty())
                .map(cell -> cell.student(recipe))
                .toList();
        unbegun.check().memory(students);
        unbegun.check().transferSet(students);
    }

    private void checkTeachers(Study known, List<Cell> cells) {
        if (teachers.given() != null) {
            return;
        }
        cells.stream()
                .filter(cell -> known.cell(cell).isEmpty())
                .map(Cell::seed)
                .distinct()
                .flatMap(seed -> known.teacher(seed).stream())
                .filter(teacher -> !teachers.areOwn() || isSaved(teacher))
                .forEach(teacher -> {
                    Path file = teachers.file(teacher.seed());
                    String digest = Sha256.of(file);
                    if (!digest.equals(teacher.digest())) {
                        throw new BadDataException(
                                file.toString(),
                                "is not the teacher that taught seed " + teacher.seed() + ": its SHA-256 is " + digest
                                        + ", expected " + teacher.digest());
                    }
                });
    }

    /**
     * What a teacher says of the training images, and what is to be kept of it.
     *
     * @param unsaved why it could not be saved
     */
    private record Teaching(Job.Taught taught, Study.TeacherResult result, Optional<ModelFileException> unsaved) {}

    /** What could not be saved, where all else goes on. */
    private void tell(Teaching teaching) {
        teaching.unsaved().ifPresent(failure -> watcher.notWritten(failure.getMessage()));
    }

    /** The teacher of a seed: given, trained before, or trained now. */
    private Teaching teacher(Study known, long seed) {
        Optional<Study.TeacherResult> before = known.teacher(seed);
        if (teachers.given() == null && before.filter(this::isSaved).isEmpty()) {
            return trained(known, seed);
        }
        String name = "teacher, seed " + seed;
        Job job = job(recipe.withSeed(seed), name);
        Path file = teachers.file(seed);
        try (Network model = Network.load(backend, file, null).network()) {
            Job.Taught taught = job.teach(softLabels(seed), model, file);
            return new Teaching(
                    taught,
                    before.isPresent() ? before.get() : result(seed, 0, job.test(model, name, file), taught, null),
                    Optional.empty());
        }
    }

    /** @param known may have what is known of it, if it was trained before and has no file */
    private Teaching trained(Study known, long seed) {
        String name = "teacher, seed " + seed;
        Path file = teachers.file(seed);
        Job job = job(recipe.withSeed(seed), name);
        try (Job.Trained<TeacherResult> teacher = job.trainTeacher(name)) {
            Optional<ModelFileException> unsaved = save(job, teacher.model(), file);
            Job.Taught taught = job.teach(softLabels(seed), teacher);
            TeacherResult trained = teacher.result();
            String digest = unsaved.isEmpty() ? Sha256.of(file) : null;
            Study.TeacherResult result = result(seed, trained.seconds(), trained.test(), taught, digest);
            checkSame(known, result);
            return new Teaching(taught, result, unsaved);
        }
    }

    /**
     * Another processor, or another version, may round otherwise: that is no matter before a teacher has taught a
     * student here, or had a file that others may have taken it from.
     */
    private void checkSame(Study known, Study.TeacherResult again) {
        boolean taught = known.cells().stream().anyMatch(cell -> cell.seed() == again.seed());
        boolean other = known.teacher(again.seed())
                .filter(before -> taught || before.digest() != null)
                .filter(before -> !before.isAs(again))
                .isPresent();
        if (other) {
            throw new BadDataException(
                    teachers.file(again.seed()).toString(),
                    "trained again, the teacher of seed " + again.seed()
                            + " is not the one that taught its students: begin again in another folder");
        }
    }

    /** @return why that can't be done, or nothing */
    private static Optional<ModelFileException> save(Job job, Sequential teacher, Path file) {
        try {
            job.save(teacher, file);
            return Optional.empty();
        } catch (ModelFileException e) {
            return Optional.of(e);
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
        return ModelTeacher.open(
                List.of(teachers.file(seed)),
                Ensemble.LOGITS,
                path -> Network.load(backend, path, null).network());
    }

    /** Its models are not kept, each training is one step. */
    private Job job(Recipe own, String title) {
        return new Job(device, data, own, null, checkpoints, new WholeTraining(watcher, title));
    }
}
