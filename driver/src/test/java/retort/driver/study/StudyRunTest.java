package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.driver.job.Checkpoints;
import retort.driver.job.Deaf;
import retort.driver.job.InterruptedJobException;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Training;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.ModelFileException;

class StudyRunTest {
    private static final int TRAIN = 200;
    private static final int TEST = 50;

    private static final List<Cell> CELLS = new Grid(
                    List.of(Method.SOFT_TARGETS, Method.HARD_LABELS),
                    List.of(2f, 20f),
                    0,
                    List.of(10),
                    List.of(Set.of(), Set.of(3)),
                    List.of(0L, 1L))
            .cells();

    private static final List<Cell> VIEWS =
            List.of(SampleStudy.cell(10, 20, Set.of(3), 0), SampleStudy.cell(10, 20, Set.of(3), 1));

    @TempDir
    private Path folder;

    private final Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
    private final Watching watching = new Watching();

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void everyCellGetsItsResultAndEverySeedItsTeacher() {
        List<Study> kept = new ArrayList<>();
        Study study = run(folder, SyntheticSet.dataset(TRAIN, TEST)).complete(begun(), CELLS, kept::add);
        assertEquals(
                CELLS.stream().map(Cell::id).toList(),
                study.cells().stream().map(Study.CellResult::id).toList());
        assertEquals(
                List.of(0L, 1L),
                study.teachers().stream().map(Study.TeacherResult::seed).toList());
        assertEquals(CELLS.size() + 2, kept.size());
        assertEquals(study, kept.getLast());
        for (Study.CellResult cell : study.cells()) {
            boolean whole = cell.omitted().isEmpty();
            assertEquals(whole ? TRAIN : TRAIN * 9 / 10, cell.trainImages());
            assertEquals(3, cell.epochs());
            assertEquals(whole, cell.test().recallOmitted() == null);
            assertEquals(whole, cell.oracle() == null);
            assertTrue(
                    whole
                            || cell.oracle().test().errors()
                                    <= cell.priorMatch().test().errors(),
                    cell.id());
        }
    }

    /** Stopped in the middle of a student of the second seed. */
    @Test
    void aStudyThatWasStoppedAndContinuedIsLikeOneThatWasNot() throws Exception {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        Study whole = run(folder, data).complete(begun(), CELLS, kept -> {});

        Path other = Files.createDirectory(folder.resolve("other"));
        List<Study> kept = new ArrayList<>(List.of(begun()));
        watching.stopsAt = CELLS.get(6).id();
        assertThrows(InterruptedJobException.class, () -> run(other, data).complete(begun(), CELLS, kept::add));
        assertEquals(6, kept.getLast().cells().size());

        watching.stopsAt = null;
        watching.trained.clear();
        Study continued = run(other, data).complete(kept.getLast(), CELLS, kept::add);
        assertEquals(untimed(whole), untimed(continued));
        assertEquals(CELLS.size() - 6, watching.trained.size(), watching.trained.toString());
    }

    @Test
    void shardsJoinedAreTheWhole() throws Exception {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        Study whole = run(folder, data).complete(begun(), CELLS, kept -> {});
        List<Merge.Part> parts = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            Path own = Files.createDirectory(folder.resolve("shard" + index));
            Study part = run(own, data).complete(begun(), new Shard(index, 3).of(CELLS), kept -> {});
            parts.add(new Merge.Part(own, part));
        }
        assertEquals(untimed(whole), untimed(Merge.of(parts)));
    }

    /** As where a disk is full for a while. */
    @Test
    void aTeacherThatCouldNotBeSavedIsTrainedAgainWhenTheStudyGoesOn() throws Exception {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        Study whole = run(folder, data).complete(begun(), CELLS, kept -> {});

        Path other = Files.createDirectory(folder.resolve("other"));
        Path file = unwritable(other, 0);
        Study some = run(other, data).complete(begun(), CELLS, kept -> {});
        assertEquals(1, watching.notWritten.size(), watching.notWritten.toString());
        assertNull(some.teacher(0).orElseThrow().digest());
        assertEquals(
                whole.cells().stream().map(Study.CellResult::untimed).toList(),
                some.cells().stream().map(Study.CellResult::untimed).toList());

        assertEquals(untimed(some), untimed(run(other, data).complete(some, CELLS, kept -> {})), "still unwritable");
        writable(file);
        watching.trained.clear();
        assertEquals(untimed(whole), untimed(run(other, data).complete(some, CELLS, kept -> {})));
        assertEquals(List.of("teacher, seed 0"), watching.trained);
        assertEquals(-1, Files.mismatch(folder.resolve("teacher-seed0.safetensors"), file));
    }

    /** They need its file, and the seeds before it are done. */
    @Test
    void studentsThatAreShownViewsWaitForATeacherThatCanBeSaved() throws Exception {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        Recipe views =
                recipe().withStudents(each -> each.withTraining(each.training().withConsistent(true)));
        Study whole = run(folder, data, views).complete(begun(), VIEWS, kept -> {});

        Path other = Files.createDirectory(folder.resolve("other"));
        Path file = unwritable(other, 1);
        List<Study> kept = new ArrayList<>();
        String message = assertThrows(
                        ModelFileException.class, () -> run(other, data, views).complete(begun(), VIEWS, kept::add))
                .getMessage();
        assertTrue(message.startsWith(file + ": can't be written: "), message);
        assertEquals(List.of(), watching.notWritten);
        assertEquals(1, kept.getLast().cells().size());
        assertNull(kept.getLast().teacher(1).orElseThrow().digest());

        writable(file);
        assertEquals(untimed(whole), untimed(run(other, data, views).complete(kept.getLast(), VIEWS, kept::add)));
    }

    /** What an earlier version left of such a study: it is no reason to refuse the students of other seeds. */
    @Test
    void aStudyWhoseTeacherHasNoFileGoesOn() throws Exception {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        Study whole = run(folder, data).complete(begun(), CELLS, kept -> {});
        Path file = folder.resolve("teacher-seed0.safetensors");
        Study some =
                begun().with(whole.teacher(0).orElseThrow()).with(whole.cells().getFirst());
        Files.delete(file);
        assertEquals(untimed(whole), untimed(run(folder, data).complete(some, CELLS, kept -> {})));

        Files.delete(file);
        assertEquals(untimed(some), untimed(run(folder, data).completeTeachers(some, List.of(0L), kept -> {})));
        assertTrue(Files.exists(file));

        Study.TeacherResult teacher = whole.teacher(0).orElseThrow();
        Study others = some.with(new Study.TeacherResult(0, 1, teacher.test(), teacher.softLabels(), "1234"));
        Files.delete(file);
        String message = assertThrows(
                        BadDataException.class, () -> run(folder, data).complete(others, CELLS, kept -> {}))
                .getMessage();
        assertEquals(
                file + ": trained again, the teacher of seed 0 is not the one that taught its students: begin again in"
                        + " another folder",
                message);
    }

    /** It would be trained in the folder of another study. */
    @Test
    void aTeacherOfAnotherStudyIsNotTrainedAgain() throws Exception {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        Study trained = run(folder, data).completeTeachers(begun(), List.of(0L), kept -> {});
        Path file = folder.resolve("teacher-seed0.safetensors");
        Files.delete(file);
        StudyRun shard = new StudyRun(
                backend, data, recipe(), new StudyRun.Teachers(folder, false, null), Checkpoints.NONE, watching);
        String message = assertThrows(
                        UncheckedIOException.class, () -> shard.complete(trained, CELLS.subList(0, 1), kept -> {}))
                .getMessage();
        assertEquals(file + ": can't be read: no such file or folder", message);
    }

    /** Nothing can be written in its place. */
    private static Path unwritable(Path out, long seed) throws IOException {
        Path file = out.resolve("teacher-seed" + seed + ".safetensors");
        Files.createDirectories(file.resolve("in the way"));
        return file;
    }

    private static void writable(Path file) throws IOException {
        Files.delete(file.resolve("in the way"));
        Files.delete(file);
    }

    @Test
    void aGivenTeacherTeachesEverySeed() {
        Dataset data = SyntheticSet.dataset(TRAIN, TEST);
        run(folder, data).complete(begun(), CELLS.subList(0, 1), kept -> {});
        Path teacher = folder.resolve("teacher-seed0.safetensors");
        watching.trained.clear();
        Study study = new StudyRun(
                        backend,
                        data,
                        recipe(),
                        new StudyRun.Teachers(folder, true, teacher),
                        Checkpoints.NONE,
                        watching)
                .complete(begun(), CELLS, kept -> {});
        assertEquals(CELLS.size(), watching.trained.size(), watching.trained.toString());
        assertEquals(
                study.teacher(0).orElseThrow().test(),
                study.teacher(1).orElseThrow().test());
        assertEquals(0, study.teacher(0).orElseThrow().seconds());
    }

    /** The bias that needs no label reads none. */
    @Test
    void priorMatchIsTheSameWhateverTheTestLabelsSay() throws Exception {
        Dataset plain = SyntheticSet.dataset(TRAIN, TEST);
        ImageSet wrongTest =
                new ImageSet(SyntheticSet.SIDE, SyntheticSet.SIDE, SyntheticSet.pixels(TEST), new byte[TEST]);
        Dataset mislabelled = new Dataset("synthetic", plain.train(), wrongTest);
        List<Cell> cells = List.of(SampleStudy.cell(10, 20, Set.of(3), 0));

        Study.CellResult right =
                run(folder, plain).complete(begun(), cells, kept -> {}).cells().getFirst();
        Path other = Files.createDirectory(folder.resolve("other"));
        Study.CellResult misled = run(other, mislabelled)
                .complete(begun(), cells, kept -> {})
                .cells()
                .getFirst();
        assertEquals(right.priorMatch().bias(), misled.priorMatch().bias());
        assertNotEquals(right.test().errors(), misled.test().errors());
    }

    /** A mean over the training images of a class of a softmax, so each row of it is a distribution. */
    @Test
    void meanSoftLabelsAreDistributionsSofterAtHigherTemperature() {
        Study study = run(folder, SyntheticSet.dataset(TRAIN, TEST)).complete(begun(), CELLS.subList(0, 1), kept -> {});
        List<Study.SoftLabels> softLabels = study.teacher(0).orElseThrow().softLabels();
        assertEquals(
                List.of(1f, 20f),
                softLabels.stream().map(Study.SoftLabels::temperature).toList());
        for (int label = 0; label < ImageSet.CLASSES; label++) {
            for (Study.SoftLabels at : softLabels) {
                assertEquals(
                        1, at.mean().get(label).stream().mapToDouble(p -> p).sum(), 1e-12);
            }
            double sharp = softLabels.get(0).mean().get(label).get(label);
            double soft = softLabels.get(1).mean().get(label).get(label);
            assertTrue(sharp > soft, "class " + label + ": " + sharp + ", " + soft);
        }
    }

    private StudyRun run(Path out, Dataset data) {
        return run(out, data, recipe());
    }

    private StudyRun run(Path out, Dataset data, Recipe recipe) {
        return new StudyRun(backend, data, recipe, StudyRun.Teachers.own(out), Checkpoints.NONE, watching);
    }

    private static Study begun() {
        return SampleStudy.begun(Grid.NAME);
    }

    private static Recipe recipe() {
        Recipe paper = ExperimentFile.recipe("hinton2015").recipe();
        Training student = paper.distilled().training();
        return paper.withTeacher(student.withArchitecture(Recipe.student(20))
                        .withEpochs(6)
                        .withBatch(8))
                .withStudents(each -> each.withTraining(student.withEpochs(3).withBatch(8)));
    }

    private static List<Object> untimed(Study study) {
        List<Object> results = new ArrayList<>();
        study.teachers().forEach(teacher -> results.add(teacher.untimed()));
        study.cells().forEach(cell -> results.add(cell.untimed()));
        return results;
    }

    /** Keeps what is trained, and stops in the midst of one training. */
    private static final class Watching extends Deaf {
        private final List<String> trained = new ArrayList<>();
        private final List<String> notWritten = new ArrayList<>();
        private String stopsAt;
        private String current;

        @Override
        public void stepStarts(String name, long items) {
            current = name;
            if (!name.startsWith("soft labels") && !name.startsWith("test of")) {
                trained.add(name);
            }
        }

        @Override
        public void stepProgress(long done) {
            if (stopsAt != null && current.endsWith(stopsAt)) {
                throw new InterruptedJobException();
            }
        }

        @Override
        public void notWritten(String problem) {
            notWritten.add(problem);
        }

        @Override
        public void stepProgress(long done, double loss, double accuracy) {
            stepProgress(done);
        }
    }
}
