package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.Initializer;
import retort.nn.Sequential;

class ViewTeacherTest {
    private static final int IMAGES = 40;
    private static final int BATCH = 8;

    @TempDir
    private Path folder;

    /** Row for row what the teacher says of the images as they were moved; the labels stay. */
    @Test
    void theTargetsAreTheTeachersLogitsOfTheMovedImages() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential teacher = teacher(backend);
                Scope scope = backend.scope()) {
            ImageSet images = SyntheticSet.images(IMAGES);
            Logits asTheyAre = Inference.logits(teacher, Examples.labelled(images), done -> {});
            Examples examples = Examples.taught(images, asTheyAre);
            float[] pixels = new float[BATCH * examples.pixels()];
            float[] targets = new float[BATCH * examples.targetSize()];
            int[] order = {3, 1, 4, 5, 9, 2, 6, 8};
            examples.copyBatch(order, 0, BATCH, new Jitter(3, 7, 1), pixels, targets);
            float[] stored = targets.clone();
            one(teacher, "t").label(order, new Jitter(3, 7, 1), pixels, targets);

            Tensor x = scope.tensor(teacher.batchShape(BATCH));
            backend.upload(pixels, x);
            float[] said = backend.download(teacher.infer(scope, x));
            int classes = images.classes();
            for (int i = 0; i < BATCH; i++) {
                for (int c = 0; c < classes; c++) {
                    assertEquals(said[i * classes + c], targets[i * (classes + 1) + c]);
                }
                assertEquals(images.label(order[i]), targets[(i + 1) * (classes + 1) - 1]);
            }
            assertNotEquals(stored[0], targets[0], "a moved image is another to the teacher");
        }
    }

    @Test
    void onAnyNumberOfThreadsTheStudentHasTheSameBits() throws IOException {
        byte[] one = student(1, true);
        assertArrayEquals(one, student(2, true));
        assertArrayEquals(one, student(3, true));
        assertTrue(!Arrays.equals(one, student(1, false)), "it was taught otherwise");
    }

    @Test
    void theTimeOfTheTeachersForwardPassIsKnown() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential teacher = teacher(backend);
                Job.Trained<StudentResult> student = trained(backend, teacher, true)) {
            double share = student.result().teachingShare().orElseThrow();
            assertTrue(share > 0 && share < 1, "share " + share);
        }
    }

    @Test
    void aStudentThatIsTaughtViewsNeedsTheTeachersModel() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential teacher = teacher(backend)) {
            Dataset data = SyntheticSet.dataset(IMAGES, 10);
            Job job = new Job(backend, data, recipe(), null, Checkpoints.NONE, new Deaf());
            Optional<Job.Taught> taught = Optional.of(taught(teacher, data));
            String message = assertThrows(IllegalArgumentException.class, () -> job.trainStudent(learner(true), taught))
                    .getMessage();
            assertEquals("student distilled: to label what it is shown needs a teacher", message);
        }
    }

    /** Not the student, whose training may be as good as it gets. */
    @Test
    void aTeacherThatGivesNoNumberIsNamedWithItsLayer() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential teacher = teacher(backend)) {
            Tensor weight = teacher.parameters().getFirst().value();
            float[] large = new float[weight.shape().size()];
            Arrays.fill(large, Float.NaN);
            backend.upload(large, weight);
            float[] pixels = new float[BATCH * Recipe.IMAGE.size()];
            ViewTeacher views = one(teacher, "t.safetensors");
            String message = assertThrows(
                            BadDataException.class,
                            () -> views.label(new int[BATCH], new Jitter(0, 0, 1), pixels, new float[BATCH * 11]))
                    .getMessage();
            assertEquals(
                    "t.safetensors: the teacher, asked for what a student is shown, gives a logit of NaN (the first layer"
                            + " with such numbers is 1.dense), expected finite ones",
                    message);
        }
    }

    /** Of several teachers the mean of what each says of the moved images. */
    @Test
    void severalTeachersLabelAsOne() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential first = teacher(backend);
                Sequential second = teacher(backend)) {
            Tensor bias = second.parameters().getLast().value();
            float[] biases = backend.download(bias);
            biases[0] += 2;
            backend.upload(biases, bias);
            ImageSet images = SyntheticSet.images(BATCH);
            float[] pixels = new float[BATCH * images.pixels()];
            images.copyScaled(1, 0, 0, pixels, 0);
            int size = images.classes() + 1;
            float[] one = new float[BATCH * size];
            float[] both = new float[BATCH * size];
            one(first, "1").label(new int[BATCH], new Jitter(0, 0, 1), pixels, one);
            ModelTeacher.open(
                            List.of(Path.of("1"), Path.of("2")),
                            Ensemble.LOGITS,
                            file -> file.equals(Path.of("1")) ? first : second)
                    .label(new int[BATCH], new Jitter(0, 0, 1), pixels, both);
            for (int i = 0; i < BATCH; i++) {
                assertEquals(one[i * size] + 1, both[i * size], 1e-5);
                assertEquals(one[i * size + 1], both[i * size + 1], 1e-5);
            }
        }
    }

    @Test
    void teachersBeforeOneThatCantBeOpenedAreClosed() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null))) {
            List<Sequential> opened = new ArrayList<>();
            assertThrows(
                    IllegalStateException.class,
                    () -> ModelTeacher.open(List.of(Path.of("1"), Path.of("2")), Ensemble.LOGITS, file -> {
                        if (!opened.isEmpty()) {
                            throw new IllegalStateException("the second");
                        }
                        opened.add(teacher(backend));
                        return opened.getFirst();
                    }));
            Tensor weight = opened.getFirst().parameters().getFirst().value();
            assertThrows(IllegalStateException.class, () -> backend.download(weight));
        }
    }

    private static ViewTeacher one(Sequential teacher, String file) {
        return ModelTeacher.open(List.of(Path.of(file)), Ensemble.LOGITS, path -> teacher);
    }

    private byte[] student(int threads, boolean consistent) throws IOException {
        Path file = folder.resolve("student-" + threads + consistent);
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(threads, null));
                Sequential teacher = teacher(backend);
                Job.Trained<StudentResult> student = trained(backend, teacher, consistent)) {
            student.model().save(file, Map.of());
        }
        return Files.readAllBytes(file);
    }

    /** The job closes the teacher that it opens. */
    private static Job.Trained<StudentResult> trained(Backend backend, Sequential teacher, boolean consistent) {
        Dataset data = SyntheticSet.dataset(IMAGES, 10);
        Job job = new Job(backend, data, recipe(), null, Checkpoints.NONE, new Deaf());
        return job.trainStudent(
                learner(consistent), Optional.of(taught(teacher, data)), () -> one(teacher(backend), "t"));
    }

    private static Job.Taught taught(Sequential teacher, Dataset data) {
        Logits logits = Inference.logits(teacher, Examples.labelled(data.train()), done -> {});
        return new Job.Taught(logits, 20, 0);
    }

    private static Sequential teacher(Backend backend) {
        return Sequential.create(backend, Recipe.student(20), Initializer.GLOROT_UNIFORM, 9);
    }

    private static Recipe recipe() {
        return ExperimentFile.recipe("hinton2015").recipe();
    }

    private static Student learner(boolean consistent) {
        Student paper = recipe().distilled().withOmitted(Set.of(3));
        return paper.withTraining(paper.training()
                .withArchitecture(Recipe.student(30))
                .withEpochs(3)
                .withBatch(BATCH)
                .withJitter(2)
                .withConsistent(consistent));
    }
}
