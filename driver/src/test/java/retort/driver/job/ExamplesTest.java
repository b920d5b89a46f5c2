package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.driver.source.DataSets;
import retort.nn.Shuffle;

class ExamplesTest {
    private static final int COUNT = 303;
    private static final int THREES = 30;
    private static final Jitter STILL = new Jitter(0, 0, 0);

    private final ImageSet images = SyntheticSet.images(COUNT);

    /** What an image is stands in its pixels, so this does not ask the code that is tested. */
    @ParameterizedTest
    @CsvSource({"false, 1", "false, 32", "false, 273", "true, 1", "true, 32", "true, 500"})
    void noBatchOfAnyEpochHoldsAnImageOfAnOmittedClass(boolean taught, int batch) {
        Examples examples = (taught ? taught() : Examples.labelled(images)).without(Set.of(3));
        assertEquals(COUNT - THREES, examples.size());
        float[] pixels = new float[batch * SyntheticSet.PIXELS];
        float[] targets = new float[batch * examples.targetSize()];
        for (int epoch = 1; epoch <= 4; epoch++) {
            int[] order = Shuffle.permutation(examples.size(), 17, epoch);
            Set<Integer> seen = new HashSet<>();
            for (int from = 0; from < order.length; from += batch) {
                int count = Math.min(batch, order.length - from);
                examples.copyBatch(order, from, count, STILL, pixels, targets);
                for (int b = 0; b < count; b++) {
                    int label = SyntheticSet.labelIn(pixels, b);
                    int number = SyntheticSet.numberIn(pixels, b);
                    assertTrue(label != 3, "image " + number + " in epoch " + epoch);
                    assertTrue(seen.add(number), "image " + number + " twice in epoch " + epoch);
                    assertEquals(taught ? logit(number, 0) : label, targets[b * examples.targetSize()]);
                }
            }
            assertEquals(COUNT - THREES, seen.size(), "images in epoch " + epoch);
        }
    }

    /** 1 MiB of 2.2 MiB: 4 blocks of 334 images have room, of 9. */
    @Test
    void anEpochOverAFileShowsEachImageOnceAndItsOrderIsTheSeeds(@TempDir Path folder) throws IOException {
        SyntheticSet.write(folder, 3000, 10);
        Examples examples = stored(folder, 1).without(Set.of(3));
        float[] pixels = new float[100 * SyntheticSet.PIXELS];
        float[] targets = new float[100];
        for (int epoch = 1; epoch <= 3; epoch++) {
            int[] order = examples.order(17, epoch);
            Set<Integer> seen = new HashSet<>();
            for (int from = 0; from < order.length; from += 100) {
                examples.copyBatch(order, from, 100, STILL, pixels, targets);
                for (int b = 0; b < 100; b++) {
                    int number = SyntheticSet.numberIn(pixels, b);
                    assertTrue(seen.add(number), "image " + number + " twice in epoch " + epoch);
                    assertEquals(number % 10, targets[b]);
                }
            }
            assertEquals(2700, seen.size());
            assertArrayEquals(order, stored(folder, 1).without(Set.of(3)).order(17, epoch));
            assertFalse(Arrays.equals(order, Shuffle.permutation(2700, 17, epoch)));
            assertFalse(
                    Arrays.equals(order, stored(folder, 2).without(Set.of(3)).order(17, epoch)));
        }
        assertArrayEquals(Shuffle.permutation(3000, 17, 1), stored(folder, 3).order(17, 1));
    }

    private static Examples stored(Path folder, int mebibytes) {
        ImageMemory memory = new ImageMemory(Optional.of(mebibytes));
        return Examples.labelled(DataSets.open(folder, Form.PLAIN.with(memory)).train());
    }

    @Test
    void aTeachersLogitsStayWithTheirImagesAndTheLabelFollows() {
        Examples examples = taught().without(Set.of(0, 3, 9));
        int size = ImageSet.CLASSES + 1;
        assertEquals(size, examples.targetSize());
        float[] pixels = new float[2 * SyntheticSet.PIXELS];
        float[] targets = new float[2 * size];
        examples.copyBatch(new int[] {40, 5}, 0, 2, STILL, pixels, targets);
        for (int b = 0; b < 2; b++) {
            int number = SyntheticSet.numberIn(pixels, b);
            for (int c = 0; c < ImageSet.CLASSES; c++) {
                assertEquals(logit(number, c), targets[b * size + c]);
            }
            assertEquals(SyntheticSet.labelIn(pixels, b), targets[b * size + ImageSet.CLASSES]);
            assertEquals(ImageSet.CLASSES - 1, examples.targetClass(b == 0 ? 40 : 5));
        }
    }

    @Test
    void smoothingSpreadsAShareOfEachLabelOverAllClasses() {
        Examples examples = Examples.smoothed(images, 0.1f).without(Set.of(0, 3));
        float[] pixels = new float[SyntheticSet.PIXELS];
        float[] targets = new float[ImageSet.CLASSES];
        assertEquals(ImageSet.CLASSES, examples.targetSize());
        examples.copyBatch(new int[] {7}, 0, 1, STILL, pixels, targets);
        int label = SyntheticSet.labelIn(pixels, 0);
        for (int c = 0; c < ImageSet.CLASSES; c++) {
            assertEquals(c == label ? 0.91f : 0.01f, targets[c], 1e-7f);
        }
        assertEquals(label, examples.targetClass(7));
    }

    @Test
    void jitterMovesImagesAndNotTheirTargets() {
        Examples examples = Examples.labelled(images);
        Jitter jitter = new Jitter(2, 17, 3);
        int[] order = IntStream.range(0, 50).toArray();
        float[] moved = new float[50 * SyntheticSet.PIXELS];
        float[] still = new float[50 * SyntheticSet.PIXELS];
        float[] targets = new float[50];
        float[] stillTargets = new float[50];
        examples.copyBatch(order, 0, 50, jitter, moved, targets);
        examples.copyBatch(order, 0, 50, STILL, still, stillTargets);
        assertArrayEquals(stillTargets, targets);
        float[] expected = new float[SyntheticSet.PIXELS];
        for (int i = 0; i < 50; i++) {
            images.copyScaled(i, jitter.down(i), jitter.right(i), expected, 0);
            int from = i * SyntheticSet.PIXELS;
            assertArrayEquals(expected, Arrays.copyOfRange(moved, from, from + SyntheticSet.PIXELS));
        }
        assertFalse(Arrays.equals(still, moved));
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
        assertEquals(4, examples.targetClass(3));
        assertEquals(1, examples.targetSize());
    }

    @Test
    void theExamplesAtSomePositionsAreThose() {
        Examples examples = Examples.labelled(images);
        Set<Integer> numbers = numbers(examples.range(100, 200));
        assertEquals(IntStream.range(100, 200).boxed().collect(Collectors.toSet()), numbers);
        assertEquals(Set.of(102, 107), numbers(examples.range(100, 200).at(new int[] {7, 2})));
    }

    @Test
    void refusesToLeaveNothing() {
        Examples threes = Examples.labelled(images).without(Set.of(0, 1, 2, 4, 5, 6, 7, 8, 9));
        assertEquals(THREES, threes.size());
        assertThrows(IllegalArgumentException.class, () -> threes.without(Set.of(3)));
    }

    @Test
    void refusesATeachersLogitsOfOtherImages() {
        Logits tooFew = new Logits(new float[(COUNT - 1) * ImageSet.CLASSES], ImageSet.CLASSES);
        assertThrows(IllegalArgumentException.class, () -> Examples.taught(images, tooFew));
        Logits ofTwoClasses = new Logits(new float[COUNT * 2], 2);
        assertThrows(IllegalArgumentException.class, () -> Examples.taught(images, ofTwoClasses));
    }

    @Test
    void anExampleHasThePixelsOfItsImage() {
        assertEquals(SyntheticSet.PIXELS, Examples.labelled(images).pixels());
    }

    /** Of the same examples: which images, how they are moved, what their targets are. */
    @Test
    void whatIsPickedIsWhatABatchCopies() {
        Examples examples = taught().without(Set.of(3));
        int size = examples.targetSize();
        int[] order = {7, 40, 5};
        float[] pixels = new float[2 * SyntheticSet.PIXELS];
        float[] copied = new float[2 * size];
        examples.copyBatch(order, 1, 2, STILL, pixels, copied);
        Jitter jitter = new Jitter(9, 17, 1);
        float[] numbers = new float[2];
        float[] moves = new float[4];
        float[] picked = new float[2 * size];
        examples.pickBatch(order, 1, 2, jitter, numbers, moves, picked);
        for (int b = 0; b < 2; b++) {
            int number = SyntheticSet.numberIn(pixels, b);
            assertEquals(number, numbers[b]);
            assertEquals(jitter.down(number), moves[2 * b]);
            assertEquals(jitter.right(number), moves[2 * b + 1]);
        }
        assertArrayEquals(copied, picked);
        float[] inOrder = new float[2 * size];
        examples.copyBatch(new int[] {40, 41}, 0, 2, STILL, pixels, copied);
        examples.copyTargets(40, 2, inOrder);
        assertArrayEquals(copied, inOrder);
    }

    @Test
    void aBatchIsDistortedImageByImage() {
        Jitter jitter = new Jitter(0, new Distortion(0.1f, 34), 17, 1);
        Examples examples = Examples.labelled(images).without(Set.of(0));
        float[] pixels = new float[2 * SyntheticSet.PIXELS];
        examples.copyBatch(new int[] {0, 1}, 0, 2, jitter, pixels, new float[2]);
        float[] expected = new float[2 * SyntheticSet.PIXELS];
        for (int b = 0; b < 2; b++) {
            images.copyScaled(b + 1, expected, b * SyntheticSet.PIXELS);
            jitter.distort(b + 1, images.shape(), expected, b * SyntheticSet.PIXELS);
        }
        assertArrayEquals(expected, pixels);
    }

    @Test
    void logitsOfAllAreTakenForTheExamplesAndOnlyLabelsAreLabels() {
        Logits all = new Logits(new float[] {0, 1, 10, 11, 20, 21}, 2);
        Examples labelled = Examples.labelled(new ImageSet(1, 1, new byte[3], new byte[] {0, 1, 0}));
        assertArrayEquals(
                new float[] {0, 1, 20, 21}, labelled.without(Set.of(1)).of(all).values());
        assertTrue(labelled.areLabelled());
        assertFalse(taught().areLabelled());
        assertFalse(Examples.smoothed(images, 0.1f).areLabelled());
    }

    private Examples taught() {
        float[] logits = new float[COUNT * ImageSet.CLASSES];
        for (int e = 0; e < logits.length; e++) {
            logits[e] = logit(e / ImageSet.CLASSES, e % ImageSet.CLASSES);
        }
        return Examples.taught(images, new Logits(logits, ImageSet.CLASSES));
    }

    /** Grows with the class and differs between images. */
    private static float logit(int number, int c) {
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
