package retort.driver.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StretchesTest {
    /** What the README's figures hang on: the last fifth validates, and the folds are thirds, for any omitted class. */
    @Test
    void mnistIsCutAsItIs() {
        ImageSet train = Dataset.embedded().train();
        Stretches validating = Stretches.of(train::label, 60_000, new int[] {48_000, 60_000}, 0);
        assertFalse(validating.stratified());
        assertArrayEquals(
                IntStream.range(48_000, 60_000).toArray(),
                validating.positions().getFirst());
        assertArrayEquals(IntStream.range(0, 48_000).toArray(), validating.others(0));
        for (int omitted = 0; omitted < ImageSet.CLASSES; omitted++) {
            int c = omitted;
            int[] kept = IntStream.range(0, 60_000)
                    .filter(i -> train.label(i) != c)
                    .map(train::label)
                    .toArray();
            int[] bounds = {0, kept.length / 3, (int) (kept.length * 2L / 3), kept.length};
            assertFalse(Stretches.of(i -> kept[i], kept.length, bounds, 0).stratified(), "without " + omitted);
        }
        for (int images = 100; images < 60_000; images += 990) {
            assertFalse(Stretches.of(train::label, 60_000, new int[] {images, 60_000}, 0)
                    .stratified());
            int[] bounds = {images - images / 5, images};
            assertFalse(Stretches.of(train::label, images, bounds, 0).stratified(), images + " images");
        }
    }

    @ParameterizedTest
    @CsvSource({"900, 5, 720", "50, 10, 40", "30, 10, 24", "60000, 2, 59000", "100, 10, 10"})
    void aSetThatIsSortedByClassIsDrawnFromInProportion(int size, int classes, int from) {
        int[] labels = IntStream.range(0, size).map(i -> i * classes / size).toArray();
        int[] bounds = {from, size};
        Stretches drawn = Stretches.of(i -> labels[i], size, bounds, 7);
        assertTrue(drawn.stratified());
        int[] part = drawn.positions().getFirst();
        assertEquals(size - from, part.length);
        assertEquals(
                size,
                IntStream.concat(Arrays.stream(part), Arrays.stream(drawn.others(0)))
                        .distinct()
                        .count());
        for (int c = 0; c < classes; c++) {
            int label = c;
            long inside = Arrays.stream(part).filter(i -> labels[i] == label).count();
            assertEquals((size - from) / (double) classes, inside, 1, "class " + c);
        }
        assertArrayEquals(
                part, Stretches.of(i -> labels[i], size, bounds, 7).positions().getFirst());
        assertNotEquals(
                Arrays.toString(part),
                Arrays.toString(Stretches.of(i -> labels[i], size, bounds, 8)
                        .positions()
                        .getFirst()));
    }

    @Test
    void foldsOfASortedSetAreTogetherAllOfIt() {
        int[] labels = IntStream.range(0, 90).map(i -> i / 10).toArray();
        Stretches folds = Stretches.of(i -> labels[i], 90, new int[] {0, 30, 60, 90}, 3);
        assertTrue(folds.stratified());
        assertArrayEquals(
                IntStream.range(0, 90).toArray(),
                folds.positions().stream().flatMapToInt(Arrays::stream).sorted().toArray());
        for (int[] fold : folds.positions()) {
            for (int c = 0; c < 9; c++) {
                int label = c;
                assertEquals(
                        10 / 3.0,
                        Arrays.stream(fold).filter(i -> labels[i] == label).count(),
                        1);
            }
        }
    }

    /** The two images of class 1 are the last: where they are held out, nothing is left to learn from. */
    @Test
    void aClassIsNotHeldOutWhole() {
        int[] labels = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
        Stretches drawn = Stretches.of(i -> labels[i], 10, new int[] {8, 10}, 0);
        assertTrue(drawn.stratified());
        assertTrue(Arrays.stream(drawn.others(0)).anyMatch(i -> labels[i] == 1));
    }

    /**
     * One set in a million would be taken for sorted by a deviation; by a class that is held out whole, small ones are.
     */
    @Test
    void setsInRandomOrderAreCutAsTheyAre() {
        Random random = new Random(1);
        for (int set = 0; set < 2_000; set++) {
            int size = 200 + random.nextInt(2_000);
            int[] labels = random.ints(size, 0, ImageSet.CLASSES).toArray();
            int from = size - size / 5;
            assertFalse(
                    Stretches.of(i -> labels[i], size, new int[] {from, size}, 0)
                            .stratified(),
                    "set " + set);
        }
    }
}
