package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JitterTest {
    private static final int DRAWS = 25_000;

    /** Each of the 5 x 5 moves by up to 2 pixels comes up as often as any other. */
    @Test
    void everyMoveIsAsLikely() {
        int[] counts = new int[25];
        Jitter jitter = new Jitter(2, 20261124, 1);
        for (int example = 0; example < DRAWS; example++) {
            counts[(jitter.down(example) + 2) * 5 + jitter.right(example) + 2]++;
        }
        // Five standard deviations of a binomial count.
        double expected = DRAWS / 25.0;
        double limit = 5 * Math.sqrt(expected * (1 - 1 / 25.0));
        for (int count : counts) {
            assertEquals(expected, count, limit);
        }
    }

    @Test
    void dependsOnSeedEpochAndExample() {
        assertEquals(0, differences(new Jitter(2, 1, 1), new Jitter(2, 1, 1), 0));
        assertTrue(differences(new Jitter(2, 1, 1), new Jitter(2, 2, 1), 0) > 50);
        assertTrue(differences(new Jitter(2, 1, 1), new Jitter(2, 1, 2), 0) > 50);
        assertTrue(differences(new Jitter(2, 1, 1), new Jitter(2, 1, 1), 1) > 50);
    }

    @Test
    void noneIsNone() {
        Jitter none = new Jitter(0, 1, 1);
        assertEquals(0, none.down(7));
        assertEquals(0, none.right(7));
        assertThrows(IllegalArgumentException.class, () -> new Jitter(-1, 1, 1));
    }

    /** Examples of 100 that are moved otherwise, those of the second shifted by some. */
    private static long differences(Jitter first, Jitter second, int shift) {
        return IntStream.range(0, 100)
                .filter(example -> first.down(example) != second.down(example + shift)
                        || first.right(example) != second.right(example + shift))
                .count();
    }
}
