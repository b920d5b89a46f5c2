package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;

/** What a distiller does is the trainer's steps in the order of the shuffles, as far as it is let. */
class DistillerTest {
    private static final int EXAMPLES = 115;
    private static final int BATCH = 2;
    private static final int EPOCHS = 3;
    private static final Architecture NETWORK = Architecture.parse("input 6; dense 5; relu; dense 4");

    private final Backend backend = EnginesUnderTest.reference();
    private final Distiller distiller = Distiller.softTargets(2, EPOCHS, BATCH, 9);

    private Sequential network(long seed) {
        return network(backend, seed);
    }

    private static Sequential network(Backend backend, long seed) {
        return Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, seed);
    }

    private static float[] inputs() {
        Random random = new Random(5);
        float[] inputs = new float[EXAMPLES * 6];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = random.nextFloat() - 0.5f;
        }
        return inputs;
    }

    private Distiller.Lessons lessons() {
        try (Sequential network = network(1);
                Model teacher = Model.of(network)) {
            return Distiller.Lessons.of(teacher, inputs());
        }
    }

    private Distiller.Progress taught(Sequential student, Distiller.Watcher watcher) {
        try (Adam adam = new Adam(backend, Schedule.constant(0.01f))) {
            return distiller.teach(student, adam, lessons(), watcher);
        }
    }

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    /** More steps in an epoch than a device is told of at once. */
    @ParameterizedTest
    @MethodSource("engines")
    void theWeightsAreThoseOfTheTrainersSteps(Subject subject) {
        Backend engine = subject.backend();
        Distiller.Lessons lessons = lessons();
        try (Sequential student = network(engine, 2);
                Sequential expected = network(engine, 2);
                Adam its = new Adam(engine, Schedule.constant(0.01f));
                Adam adam = new Adam(engine, Schedule.constant(0.01f));
                Scope scope = engine.scope()) {
            distiller.teach(student, its, lessons, progress -> true);
            Trainer trainer = new Trainer(expected, adam, distiller.loss(), 9);
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                int[] order = Shuffle.permutation(EXAMPLES, 9, epoch);
                for (int from = 0; from < EXAMPLES; from += BATCH) {
                    int count = Math.min(BATCH, EXAMPLES - from);
                    float[] x = new float[BATCH * 6];
                    float[] targets = new float[BATCH * 5];
                    for (int b = 0; b < count; b++) {
                        int i = order[from + b];
                        System.arraycopy(lessons.inputs(), 6 * i, x, 6 * b, 6);
                        System.arraycopy(lessons.logits(), 4 * i, targets, 5 * b, 4);
                        targets[5 * b + 4] = lessons.classes()[i];
                    }
                    trainer.step(x, targets, count, scope.tensor(count, 2));
                }
            }
            for (int p = 0; p < 4; p++) {
                assertArrayEquals(
                        engine.download(expected.parameters().get(p).value()),
                        engine.download(student.parameters().get(p).value()));
            }
        }
    }

    @Test
    void progressIsToldAndTheLastOfAnEpochIsItsEnd() {
        List<Distiller.Progress> told = new ArrayList<>();
        try (Sequential student = network(2)) {
            Distiller.Progress end = taught(student, progress -> told.add(progress));
            assertEquals(told.getLast(), end);
        }
        assertEquals(
                EPOCHS, told.stream().filter(Distiller.Progress::isEpochsEnd).count());
        for (Distiller.Progress progress : told) {
            assertEquals(EXAMPLES, progress.examples());
            assertTrue(progress.loss() > 0 && progress.accuracy() >= 0 && progress.accuracy() <= 1, "" + progress);
        }
        double first = told.stream()
                .filter(Distiller.Progress::isEpochsEnd)
                .findFirst()
                .orElseThrow()
                .loss();
        assertTrue(told.getLast().loss() < first, told.toString());
    }

    @Test
    void itStopsWhenItIsTold() {
        try (Sequential student = network(2)) {
            Distiller.Progress end = taught(student, progress -> !(progress.epoch() == 2 && progress.isEpochsEnd()));
            assertEquals(2, end.epoch());
            Distiller.Progress first = taught(student, progress -> false);
            assertEquals(1, first.epoch());
            assertTrue(first.seen() <= BATCH, first.toString());
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Distiller.softTargets(2, 0, BATCH, 0));
        assertThrows(
                IllegalArgumentException.class, () -> new Distiller.Lessons(new float[7], new float[4], new int[2]));
        try (Sequential student = Sequential.create(
                        backend, Architecture.parse("input 5; dense 4"), Initializer.GLOROT_UNIFORM, 0);
                Adam adam = new Adam(backend, Schedule.constant(0.01f))) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> distiller.teach(student, adam, lessons(), progress -> true))
                    .getMessage();
            assertEquals("distiller: the student maps 5 to 4, the lessons 6 to 4", message);
        }
    }
}
