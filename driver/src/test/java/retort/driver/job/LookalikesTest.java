package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;

class LookalikesTest {
    /** Of classes 2, 2, 3, 5 and 7. */
    private static final ImageSet IMAGES = new ImageSet(1, 1, new byte[5], new byte[] {2, 2, 3, 5, 7});

    @Test
    void theMostAlikeOfEachClassThatIsNamedRightComesFirst() {
        Logits logits = logits(
                says(2, 9, 3, 1), // a 2 and little else
                says(2, 9, 3, 5), // a 2 and something of a 3
                says(3, 9, 5, 8), // what is looked for is not shown
                says(5, 9, 3, 7), // a 5 and more of a 3
                says(3, 9, 7, 8)); // a 7 that is named wrong
        assertEquals(List.of(3, 1), Lookalikes.of(logits, IMAGES, Set.of(3), 2, 6));
        assertEquals(List.of(3), Lookalikes.of(logits, IMAGES, Set.of(3), 2, 1));
        assertEquals(List.of(2, 3, 1), Lookalikes.of(logits, IMAGES, Set.of(), 2, 6));
    }

    private static float[] says(int first, float logit, int second, float other) {
        float[] row = new float[10];
        row[first] = logit;
        row[second] = other;
        return row;
    }

    private static Logits logits(float[]... rows) {
        float[] values = new float[rows.length * 10];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, 10 * i, 10);
        }
        return new Logits(values, 10);
    }
}
