package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;

class JobTest {
    private static final int TRAIN = 200;
    private static final int TEST = 50;
    private static final Recipe RECIPE = ExperimentFile.recipe("notebook")
            .recipe()
            .withSeed(5)
            .withStudents(student -> student.withTraining(student.training().withEpochs(2)));

    @TempDir
    private Path folder;

    private final Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
    private final Watching watching = new Watching();

    @AfterEach
    void close() {
        backend.close();
    }

    /** What each batch of the whole job held, seen where a batch is made. */
    @Test
    void noStudentOfTheTransferSetIsEverShownAnOmittedClass() {
        Job job = job(SyntheticSet.dataset(TRAIN, TEST), RECIPE);
        Job.Taught taught = taught(TRAIN);
        job.trainStudent(RECIPE.distilled(), Optional.of(taught)).close();
        job.trainStudent(hard(Set.of(3)), Optional.of(taught)).close();

        assertEquals(
                List.of("fold 1 of 3", "fold 2 of 3", "fold 3 of 3", "distilled", "hard-labels"),
                watching.fits.stream().map(Fit::name).toList());
        for (Fit fit : watching.fits) {
            for (int number : numbers(fit.examples())) {
                assertNotEquals(3, number % ImageSet.CLASSES, "image " + number + " for " + fit.name());
            }
        }
        assertEquals(TRAIN * 9 / 10, watching.fits.getLast().examples().size());
    }

    /** If a 3 had any part in the training, other pictures of 3s would give another model. */
    @Test
    void studentsAreTheSameWhateverTheOmittedImagesShow() throws IOException {
        byte[] pixels = SyntheticSet.pixels(TRAIN);
        for (int i = 3; i < TRAIN; i += ImageSet.CLASSES) {
            Arrays.fill(pixels, i * SyntheticSet.PIXELS, (i + 1) * SyntheticSet.PIXELS, (byte) (i * 7));
        }
        ImageSet otherThrees = new ImageSet(SyntheticSet.SIDE, SyntheticSet.SIDE, pixels, SyntheticSet.labels(TRAIN));
        Dataset plain = SyntheticSet.dataset(TRAIN, TEST);
        Dataset changed = new Dataset("synthetic", otherThrees, plain.test());
        Job.Taught taught = taught(TRAIN);

        for (Set<Integer> omitted : List.of(Set.of(3), Set.<Integer>of())) {
            Student distilling = RECIPE.distilled().withOmitted(omitted);
            byte[] distilled = bytes(job(plain, RECIPE).trainStudent(distilling, Optional.of(taught)));
            byte[] distilledOfOther = bytes(job(changed, RECIPE).trainStudent(distilling, Optional.of(taught)));
            byte[] hard = bytes(job(plain, RECIPE).trainStudent(hard(omitted), Optional.of(taught)));
            byte[] hardOfOther = bytes(job(changed, RECIPE).trainStudent(hard(omitted), Optional.of(taught)));

            boolean blind = !omitted.isEmpty();
            assertEquals(blind, Arrays.equals(distilled, distilledOfOther), "distilled without " + omitted);
            assertEquals(blind, Arrays.equals(hard, hardOfOther), "hard-labels without " + omitted);
        }
    }

    @Test
    void theFoldsAreContiguousAndTogetherTheTransferSet() {
        Job.Trained<StudentResult> student = job(SyntheticSet.dataset(TRAIN + 1, TEST), RECIPE)
                .trainStudent(RECIPE.distilled(), Optional.of(taught(TRAIN + 1)));
        student.close();
        int[] transfer = numbers(watching.fits.getLast().examples());
        int from = 0;
        for (Fit fold : watching.fits.subList(0, 3)) {
            int[] trained = numbers(fold.examples());
            int[] heldOut = IntStream.of(transfer)
                    .filter(number -> IntStream.of(trained).noneMatch(other -> other == number))
                    .toArray();
            assertEquals(transfer.length, trained.length + heldOut.length, fold.name());
            int to = from + heldOut.length;
            assertTrue(Arrays.equals(heldOut, Arrays.copyOfRange(transfer, from, to)), fold.name() + " is one stretch");
            assertEquals(transfer.length / 3.0, heldOut.length, 1, fold.name());
            from = to;
        }
        assertEquals(transfer.length, from);
        StudentResult.CrossValidation folds = student.result().crossValidation().orElseThrow();
        assertEquals(3, folds.agreement().size());
        assertEquals(folds.agreement().stream().mapToDouble(d -> d).average().orElseThrow(), folds.mean());
    }

    /** Class by class, as converters write them: the last fifth would be of class 9 and 8 alone. */
    @Test
    void aSetThatIsSortedByClassIsHeldOutFromInProportion() {
        int[] sorted = IntStream.range(0, TRAIN)
                .boxed()
                .sorted(Comparator.comparing(i -> i % ImageSet.CLASSES))
                .mapToInt(i -> i)
                .toArray();
        byte[] all = SyntheticSet.pixels(TRAIN);
        byte[] pixels = new byte[all.length];
        byte[] labels = new byte[TRAIN];
        for (int i = 0; i < TRAIN; i++) {
            System.arraycopy(
                    all, sorted[i] * SyntheticSet.PIXELS, pixels, i * SyntheticSet.PIXELS, SyntheticSet.PIXELS);
            labels[i] = (byte) (sorted[i] % ImageSet.CLASSES);
        }
        Dataset plain = SyntheticSet.dataset(TRAIN, TEST);
        Dataset data =
                new Dataset("sorted", new ImageSet(SyntheticSet.SIDE, SyntheticSet.SIDE, pixels, labels), plain.test());
        Student student = RECIPE.distilled();

        assertEquals(
                List.of(
                        "sorted: the last 40 of 200 training images don't hold every class in proportion, so those that"
                                + " validate the teacher are a stratified draw by the seed",
                        "sorted: stretches of the training images don't hold every class in proportion, so the folds of"
                                + " distilled are stratified draws by the seed"),
                Remarks.of(data, RECIPE, List.of(student)));
        assertEquals(List.of(), Remarks.of(plain, RECIPE, RECIPE.students()));

        Recipe small = RECIPE.withTeacher(RECIPE.teacher().withArchitecture(Recipe.student(10)));
        job(data, small).trainTeacher("teacher").close();
        job(data, small).trainStudent(student, Optional.of(taught(TRAIN))).close();
        Fit teacher = watching.fits.getFirst();
        assertEquals(TRAIN / 5, teacher.validation().size());
        for (int c = 0; c < ImageSet.CLASSES; c++) {
            int label = c;
            assertEquals(
                    TRAIN / ImageSet.CLASSES / 5,
                    IntStream.of(numbers(teacher.validation()))
                            .filter(number -> number % ImageSet.CLASSES == label)
                            .count());
        }
        Set<Integer> seen = new HashSet<>();
        for (Fit fold : watching.fits.subList(1, 4)) {
            assertEquals(TRAIN * 9 / 10 * 2 / 3, fold.images());
            IntStream.of(numbers(fold.examples())).forEach(seen::add);
        }
        assertEquals(TRAIN * 9 / 10, seen.size());

        Dataset few = data.atMost(50, 4);
        assertEquals(50, few.train().size());
        assertEquals(1, few.remarks().size());
        assertEquals(
                ImageSet.CLASSES,
                IntStream.range(0, 50).map(few.train()::label).distinct().count());
    }

    @Test
    void classesThatAreNotThereAreRemarkedOn() {
        Dataset plain = SyntheticSet.dataset(TRAIN, TEST);
        Dataset two = new Dataset("two", plain.train().prefix(2), plain.test());
        assertEquals(
                List.of(
                        "two: no training image is of 2, 3, 4, 5, 6, 7, 8, 9, but some test images are",
                        "two: no training image is of 3, so that distilled loses nothing without it"),
                Remarks.ofStudents(two, RECIPE, List.of(RECIPE.distilled())));
    }

    @Test
    void theSeedsOfTeacherStudentsAndFoldsDiffer() {
        Job job = job(SyntheticSet.dataset(TRAIN, TEST), RECIPE);
        job.trainStudent(RECIPE.distilled(), Optional.of(taught(TRAIN))).close();
        job.trainStudent(hard(Set.of(3)), Optional.of(taught(TRAIN))).close();
        List<Long> seeds = watching.fits.stream().map(Fit::seed).toList();
        assertEquals(seeds.get(3), seeds.get(4), "students start alike");
        assertEquals(4, seeds.stream().distinct().count(), seeds.toString());
        assertFalse(seeds.contains(RECIPE.seed()));
    }

    /** What needs no label comes only where there is a teacher, and reads none: all test labels are other ones. */
    @ParameterizedTest
    @EnumSource(CorrectionPlan.On.class)
    void biasesThatReadNoLabelAreTheSameWhateverTheLabelsSay(CorrectionPlan.On on) {
        ImageSet train = SyntheticSet.images(TRAIN + 100);
        byte[] wrong = new byte[TEST];
        byte[] wrongHeldOut = SyntheticSet.labels(TRAIN + 100);
        for (int i = 0; i < TEST; i++) {
            wrong[i] = (byte) (9 - i % ImageSet.CLASSES);
        }
        for (int i = TRAIN; i < TRAIN + 100; i++) {
            wrongHeldOut[i] = (byte) (9 - i % ImageSet.CLASSES);
        }
        ImageSet wrongTest = new ImageSet(SyntheticSet.SIDE, SyntheticSet.SIDE, SyntheticSet.pixels(TEST), wrong);
        ImageSet wrongTrain =
                new ImageSet(SyntheticSet.SIDE, SyntheticSet.SIDE, SyntheticSet.pixels(TRAIN + 100), wrongHeldOut);
        Dataset plain = new Dataset("synthetic", train, SyntheticSet.images(TEST)).atMost(TRAIN, 0);
        Dataset mislabelled = new Dataset("synthetic", wrongTrain, wrongTest).atMost(TRAIN, 0);
        assertEquals(100, plain.heldOut().orElseThrow().size());
        Job.Taught taught = taught(TRAIN);
        CorrectionPlan plan = CorrectionPlan.of(List.of(BiasCorrection.Kind.values()))
                .withOn(on)
                .withImages(40);

        StudentResult right = corrected(job(plain, RECIPE), plan, Optional.of(taught));
        StudentResult misled = corrected(job(mislabelled, RECIPE), plan, Optional.of(taught));

        for (BiasCorrection.Kind kind : BiasCorrection.Kind.values()) {
            Optional<Bias> bias = right.corrected(kind).map(StudentResult.Corrected::bias);
            Optional<Bias> other = misled.corrected(kind).map(StudentResult.Corrected::bias);
            assertEquals(kind.readsLabels(), !bias.equals(other), kind + ": " + bias);
        }
        assertEquals(
                List.of(BiasCorrection.Kind.ORACLE),
                corrected(job(plain, RECIPE), plan, Optional.empty()).corrections().stream()
                        .map(StudentResult.Correction::kind)
                        .toList());
    }

    @Test
    void refusesToCorrectOnImagesThatAreNotHeldOut() {
        Job job = job(SyntheticSet.dataset(TRAIN, TEST), RECIPE);
        List<Student> students = RECIPE.withCorrections(plan -> plan.withOn(CorrectionPlan.On.HELD_OUT))
                .students();
        String message = assertThrows(BadDataException.class, () -> job.check().transferSet(students))
                .getMessage();
        assertEquals(
                "synthetic: no training image is held out to fit corrections on, expected fewer than all 200 to be trained"
                        + " on (train-images)",
                message);
    }

    @Test
    void refusesToCorrectOnMoreImagesThanThereAre() {
        Job job = job(SyntheticSet.dataset(TRAIN, TEST), RECIPE);
        job.check().transferSet(corrected(TEST));
        String message = assertThrows(BadDataException.class, () -> job.check().transferSet(corrected(TEST + 1)))
                .getMessage();
        assertEquals(
                "synthetic: there are " + TEST + " test images to fit corrections on, fewer than the " + (TEST + 1)
                        + " asked for (correction-images)",
                message);
    }

    private static List<Student> corrected(int images) {
        return RECIPE.withCorrections(plan -> plan.withImages(images)).students();
    }

    @Test
    void withoutAFolderNoModelIsSaved() {
        Job job = new Job(backend, SyntheticSet.dataset(TRAIN, TEST), RECIPE, null, Checkpoints.NONE, watching);
        try (Job.Trained<StudentResult> student = job.trainStudent(RECIPE.distilled(), Optional.of(taught(TRAIN)))) {
            assertNull(student.file());
        }
        assertEquals(List.of(), List.of(folder.toFile().list()));
    }

    @Test
    void refusesATransferSetTooSmallToCrossValidate() {
        job(SyntheticSet.dataset(4, TEST), RECIPE).check().transferSet(RECIPE.students());
        Job job = job(SyntheticSet.dataset(3, TEST), RECIPE);
        List<Student> students = RECIPE.withOmitted(Set.of(1, 3)).students();
        String message = assertThrows(BadDataException.class, () -> job.check().transferSet(students))
                .getMessage();
        assertEquals(
                "synthetic: without the classes [1, 3] 2 of 3 training images are left, expected at least 3", message);
    }

    @Test
    void aStudentThatDistilsNeedsATeacher() {
        Job job = job(SyntheticSet.dataset(TRAIN, TEST), RECIPE);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> job.trainStudent(RECIPE.distilled(), Optional.empty()))
                .getMessage();
        assertEquals("student distilled: soft-targets needs a teacher", message);
    }

    @Test
    void onlyTheCorrectionsAskedForAreMade() {
        Student both = hard(Set.of(3));
        Student one = new Student(
                both.name(),
                both.training(),
                both.method(),
                both.alpha(),
                both.temperature(),
                both.omitted(),
                0,
                CorrectionPlan.of(List.of(BiasCorrection.Kind.VECTOR, BiasCorrection.Kind.PRIOR_MATCH)),
                Optional.of(77L));
        try (Job.Trained<StudentResult> student =
                job(SyntheticSet.dataset(TRAIN, TEST), RECIPE).trainStudent(one, Optional.of(taught(TRAIN)))) {
            StudentResult found = student.result();
            assertTrue(found.corrected(BiasCorrection.Kind.ORACLE).isEmpty());
            assertTrue(found.corrected(BiasCorrection.Kind.PRIOR_MATCH).isPresent());
            assertEquals(found.corrected(BiasCorrection.Kind.VECTOR), found.corrected(), "the first counts");
            assertEquals(77, watching.fits.getLast().seed());
        }
    }

    private static Student hard(Set<Integer> omitted) {
        return RECIPE.distilled()
                .onTrueLabels("hard-labels", RECIPE.ownTemperature())
                .withOmitted(omitted);
    }

    private Job job(Dataset data, Recipe recipe) {
        return new Job(backend, data, recipe, folder, Checkpoints.NONE, watching);
    }

    private static StudentResult corrected(Job job, CorrectionPlan plan, Optional<Job.Taught> taught) {
        try (Job.Trained<StudentResult> student =
                job.trainStudent(hard(Set.of(3)).withCorrections(plan), taught)) {
            return student.result();
        }
    }

    /** A teacher that is mostly right, sure of nothing. */
    private static Job.Taught taught(int images) {
        Random random = new Random(12);
        float[] logits = new float[images * ImageSet.CLASSES];
        for (int i = 0; i < images; i++) {
            for (int c = 0; c < ImageSet.CLASSES; c++) {
                logits[i * ImageSet.CLASSES + c] = (c == i % ImageSet.CLASSES ? 5 : 0) + random.nextFloat();
            }
        }
        return new Job.Taught(new Logits(logits, ImageSet.CLASSES), RECIPE.temperature(), 0);
    }

    private static byte[] bytes(Job.Trained<StudentResult> student) throws IOException {
        try (student) {
            return Files.readAllBytes(student.file());
        }
    }

    /** The numbers of the images in one epoch's batches, in the order of the set. */
    private static int[] numbers(Examples examples) {
        float[] pixels = new float[SyntheticSet.PIXELS];
        float[] target = new float[examples.targetSize()];
        return IntStream.range(0, examples.size())
                .map(i -> {
                    examples.copyBatch(new int[] {i}, 0, 1, new Jitter(0, 0, 0), pixels, target);
                    return SyntheticSet.numberIn(pixels, 0);
                })
                .toArray();
    }

    /** Keeps what is trained. */
    private static final class Watching extends Deaf {
        private final List<Fit> fits = new ArrayList<>();

        @Override
        public void epochStarts(Fit fit, int epoch) {
            if (epoch == 1) {
                fits.add(fit);
            }
        }
    }
}
