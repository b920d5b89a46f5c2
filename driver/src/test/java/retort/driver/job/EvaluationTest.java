package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;

class EvaluationTest {
    @Test
    void countsEachImageOnceWhereItBelongs() {
        // Predictions 1, 1, 0 of labels 1, 0, 0; no image of class 2.
        Logits logits = new Logits(new float[] {0, 1, 0, 0, 1, 0, 1, 0, 0}, 3);
        Examples examples = Examples.labelled(new ImageSet(1, 1, new byte[3], new byte[] {1, 0, 0}));

        Evaluation test = Evaluation.of(logits, examples, 1);

        assertArrayEquals(new int[][] {{1, 1, 0}, {0, 1, 0}, {0, 0, 0}}, test.confusion());
        assertArrayEquals(new Double[] {0.5, 1.0, null}, test.recall());
        assertEquals(3, test.images());
        assertEquals(1, test.errors());
        assertEquals(2 / 3.0, test.accuracy());
        assertEquals(2 / 3.0, test.recall(List.of(0, 1, 2)));
        assertNull(test.recall(List.of(2)));
    }

    @Test
    void aRandomTestAgreesWithItself() {
        Random random = new Random(11);
        int rows = 500;
        float[] values = new float[rows * ImageSet.CLASSES];
        byte[] labels = new byte[rows];
        for (int e = 0; e < values.length; e++) {
            values[e] = random.nextFloat();
        }
        for (int i = 0; i < rows; i++) {
            labels[i] = (byte) random.nextInt(ImageSet.CLASSES);
        }
        ImageSet images = new ImageSet(1, 1, new byte[rows], labels);
        assertConsistent(Evaluation.of(new Logits(values, ImageSet.CLASSES), Examples.labelled(images), 1), labels);
    }

    /** Rows are what there is of each class; recall is its row's; errors are what is off the diagonal. */
    private static void assertConsistent(Evaluation test, byte[] labels) {
        int offDiagonal = 0;
        for (int c = 0; c < ImageSet.CLASSES; c++) {
            int[] row = test.confusion()[c];
            int images = 0;
            for (byte label : labels) {
                images += label == c ? 1 : 0;
            }
            assertEquals(images, Arrays.stream(row).sum(), "images of class " + c);
            assertEquals(row[c] / (double) images, test.recall()[c], "recall of class " + c);
            offDiagonal += images - row[c];
        }
        assertEquals(labels.length, test.images());
        assertEquals(offDiagonal, test.errors());
        assertEquals(1 - offDiagonal / (double) labels.length, test.accuracy(), 1e-15);
    }
}
