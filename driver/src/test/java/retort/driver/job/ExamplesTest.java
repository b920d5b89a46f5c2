package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.kernels.CrossEntropySpec.Targets;
import retort.nn.Shuffle;

class ExamplesTest {
    private static final int COUNT = 303;
    private static final int THREES = 30;

    private final ImageSet images = SyntheticSet.images(COUNT);

    /** What an image is stands in its pixels, so this does not ask the code that is tested. */
    @ParameterizedTest
    @CsvSource({"false, 1", "false, 32", "false, 273", "true, 1", "true, 32", "true, 500"})
    void noBatchOfAnyEpochHoldsAnImageOfAnOmittedClass(boolean soft, int batch) {
        Examples examples = (soft ? softLabelled() : Examples.labelled(images)).without(Set.of(3));
        assertEquals(COUNT - THREES, examples.size());
        float[] pixels = new float[batch * SyntheticSet.PIXELS];
        float[] targets = new float[batch * examples.targetSize()];
        for (int epoch = 1; epoch <= 4; epoch++) {
            int[] order = Shuffle.permutation(examples.size(), 17, epoch);
            Set<Integer> seen = new HashSet<>();
            for (int from = 0; from < order.length; from += batch) {
                int count = Math.min(batch, order.length - from);
                examples.copyBatch(order, from, count, pixels, targets);
                for (int b = 0; b < count; b++) {
                    int label = SyntheticSet.labelIn(pixels, b);
                    int number = SyntheticSet.numberIn(pixels, b);
                    assertTrue(label != 3, "image " + number + " in epoch " + epoch);
                    assertTrue(seen.add(number), "image " + number + " twice in epoch " + epoch);
                    assertEquals(soft ? softLabel(number, 0) : label, targets[b * examples.targetSize()]);
                }
            }
            assertEquals(COUNT - THREES, seen.size(), "images in epoch " + epoch);
        }
    }

    @Test
    void softTargetsStayWithTheirImages() {
        Examples examples = softLabelled().without(Set.of(0, 3, 9));
        float[] pixels = new float[2 * SyntheticSet.PIXELS];
        float[] targets = new float[2 * ImageSet.CLASSES];
        examples.copyBatch(new int[] {40, 5}, 0, 2, pixels, targets);
        for (int b = 0; b < 2; b++) {
            int number = SyntheticSet.numberIn(pixels, b);
            for (int c = 0; c < ImageSet.CLASSES; c++) {
                assertEquals(softLabel(number, c), targets[b * ImageSet.CLASSES + c]);
                assertEquals(softLabel(number, c), examples.target(b == 0 ? 40 : 5, c));
            }
            assertEquals(ImageSet.CLASSES - 1, examples.targetClass(b == 0 ? 40 : 5));
        }
        assertEquals(Targets.SOFT, examples.targets());
    }

    @Test
    void imagesAreCopiedInOrderWhereNothingIsShuffled() {
        Examples examples = Examples.labelled(images).without(Set.of(3));
        float[] pixels = new float[3 * SyntheticSet.PIXELS];
        examples.copyImages(2, 3, pixels);
        int[] numbers =
                IntStream.range(0, 3).map(b -> SyntheticSet.numberIn(pixels, b)).toArray();
        assertArrayEquals(new int[] {2, 4, 5}, numbers);
        assertEquals(4, examples.label(3));
        assertEquals(1, examples.target(3, 4));
        assertEquals(0, examples.target(3, 3));
        assertEquals(Targets.HARD, examples.targets());
    }

    @Test
    void aRangeAndWhatIsOutsideOfItAreAllThereIs() {
        Examples examples = Examples.labelled(images);
        Set<Integer> numbers = numbers(examples.range(100, 200));
        assertEquals(IntStream.range(100, 200).boxed().collect(Collectors.toSet()), numbers);
        Set<Integer> outside = numbers(examples.outside(100, 200));
        assertEquals(COUNT - 100, outside.size());
        assertFalse(outside.removeAll(numbers));
    }

    @Test
    void refusesToLeaveNothing() {
        Examples threes = Examples.labelled(images).without(Set.of(0, 1, 2, 4, 5, 6, 7, 8, 9));
        assertEquals(THREES, threes.size());
        assertThrows(IllegalArgumentException.class, () -> threes.without(Set.of(3)));
    }

    @Test
    void refusesSoftLabelsOfOtherImages() {
        float[] tooFew = new float[(COUNT - 1) * ImageSet.CLASSES];
        assertThrows(IllegalArgumentException.class, () -> Examples.softLabelled(images, tooFew));
    }

    private Examples softLabelled() {
        float[] labels = new float[COUNT * ImageSet.CLASSES];
        for (int e = 0; e < labels.length; e++) {
            labels[e] = softLabel(e / ImageSet.CLASSES, e % ImageSet.CLASSES);
        }
        return Examples.softLabelled(images, labels);
    }

    /** Grows with the class and differs between images. */
    private static float softLabel(int number, int c) {
        return number * ImageSet.CLASSES + c;
    }

    private static Set<Integer> numbers(Examples examples) {
        float[] pixels = new float[examples.size() * SyntheticSet.PIXELS];
        examples.copyImages(0, examples.size(), pixels);
        Set<Integer> numbers = new HashSet<>();
        for (int b = 0; b < examples.size(); b++) {
            numbers.add(SyntheticSet.numberIn(pixels, b));
        }
        return numbers;
    }
}
