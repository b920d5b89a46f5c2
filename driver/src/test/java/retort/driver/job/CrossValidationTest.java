package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Optimizer;
import retort.nn.Sequential;

class CrossValidationTest {
    private static final int IMAGES = 100;
    private static final int TRANSFER = 90;

    private final Listening listening = new Listening();
    private final Kept kept = new Kept();

    private StudentResult.CrossValidation run(int folds, int epochs, int hidden) {
        Training training = new Training(Recipe.student(hidden), epochs, 8, new Descent.Adam(0.01f, 1));
        Student student = new Student(
                "small", training, Method.HARD_LABELS, 1, 1, Set.of(3), folds, CorrectionPlan.NONE, Optional.empty());
        Examples transfer = Examples.labelled(SyntheticSet.images(IMAGES)).without(Set.of(3));
        Fit whole = student.fit("small", transfer, 7);
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null))) {
            return new CrossValidation(backend, student, whole, kept, listening).run();
        }
    }

    private static Set<Integer> numbers(Examples examples) {
        float[] pixels = new float[examples.size() * SyntheticSet.PIXELS];
        examples.copyImages(0, examples.size(), pixels);
        return IntStream.range(0, examples.size())
                .mapToObj(i -> SyntheticSet.numberIn(pixels, i))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void eachImageOfTheTransferSetIsHeldOutOnce(int folds) {
        StudentResult.CrossValidation result = run(folds, 1, 10);
        assertEquals(folds, result.agreement().size());
        assertEquals(folds, listening.fits.size());
        assertEquals(1, listening.parts);
        Set<Integer> all =
                numbers(Examples.labelled(SyntheticSet.images(IMAGES)).without(Set.of(3)));
        List<Integer> heldOut = new ArrayList<>();
        for (Fit fit : listening.fits) {
            Set<Integer> out = new HashSet<>(all);
            out.removeAll(numbers(fit.examples()));
            assertTrue(out.size() == TRANSFER / folds || out.size() == TRANSFER / folds + 1, "" + out.size());
            assertEquals(TRANSFER, fit.examples().size() + out.size());
            heldOut.addAll(out);
        }
        assertEquals(TRANSFER, heldOut.size());
        assertEquals(all, new HashSet<>(heldOut));
    }

    @Test
    void eachFoldHasASeedAndATitleOfItsOwnAndNoValidation() {
        run(3, 1, 10);
        assertEquals(
                List.of("fold 1 of 3", "fold 2 of 3", "fold 3 of 3"),
                listening.fits.stream().map(Fit::name).toList());
        assertEquals(3, listening.fits.stream().map(Fit::seed).distinct().count());
        for (Fit fit : listening.fits) {
            assertNotEquals(7, fit.seed());
            assertEquals(null, fit.validation());
        }
    }

    @Test
    void aStudentThatLearnsAgreesOnWhatItDidNotSee() {
        StudentResult.CrossValidation learnt = run(3, 12, 30);
        learnt.agreement().forEach(agreement -> assertTrue(agreement > 0.9, learnt.toString()));
        assertTrue(learnt.seconds() > 0 && learnt.seconds() < 60, "" + learnt.seconds());
        assertTrue(listening.checks > 0);
    }

    @Test
    void foldsThatWereKeptAreNotDoneAgain() {
        StudentResult.CrossValidation first = run(3, 1, 10);
        assertEquals(Set.of("small, fold 1 of 3", "small, fold 2 of 3", "small, fold 3 of 3"), kept.parts.keySet());
        assertEquals(first, run(3, 1, 10));
        assertEquals(3, listening.fits.size());
        kept.parts.remove("small, fold 2 of 3");
        assertEquals(first.agreement(), run(3, 1, 10).agreement());
        assertEquals("fold 2 of 3", listening.fits.getLast().name());
        assertEquals(4, listening.fits.size());
    }

    /** Keeps parts in memory. */
    private static final class Kept implements Checkpoints {
        private final Map<String, Object> parts = new HashMap<>();

        @Override
        public <T> Optional<T> part(String name, Class<T> type) {
            return Optional.ofNullable(parts.get(name)).map(type::cast);
        }

        @Override
        public void keep(String name, Object result) {
            parts.put(name, result);
        }

        @Override
        public Optional<FitPosition> resume(String training, Sequential model, Optimizer optimizer) {
            return Optional.empty();
        }

        @Override
        public boolean isDue() {
            return false;
        }

        @Override
        public boolean isDue(int step) {
            return false;
        }

        @Override
        public void save(String training, FitPosition position, Sequential model, Optimizer optimizer) {}
    }

    /** Keeps what it is told. */
    private static final class Listening extends Deaf {
        private final List<Fit> fits = new ArrayList<>();
        private int parts;
        private int checks;

        @Override
        public void epochStarts(Fit fit, int epoch) {
            if (epoch == 1) {
                fits.add(fit);
            }
        }

        @Override
        public void next() {
            parts++;
        }

        @Override
        public void check() {
            checks++;
        }
    }
}
