package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnsembleTest {
    private final Logits first = new Logits(new float[] {0, 2, -1, 5, 5, 300}, 3);
    private final Logits second = new Logits(new float[] {4, 1, -1, 0, 1, -300}, 3);

    @Test
    void logitsAreAveraged() {
        assertArrayEquals(
                new float[] {2, 1.5f, -1, 2.5f, 3, 0},
                Ensemble.LOGITS.of(List.of(first, second)).values());
    }

    @Test
    void probabilitiesAreAveragedHoweverSmallTheyAre() {
        Logits both = Ensemble.PROBABILITIES.of(List.of(first, second));
        for (int row = 0; row < 2; row++) {
            double[] mean = both.probabilities(row, 1);
            for (int c = 0; c < 3; c++) {
                double expected = (first.probabilities(row, 1)[c] + second.probabilities(row, 1)[c]) / 2;
                // The logits are rounded to float32: at most 300 by 2^-24 of themselves.
                assertEquals(expected, mean[c], 600 * Math.scalb(1, -24));
            }
        }
        for (float logit : both.values()) {
            assertEquals(true, Float.isFinite(logit));
        }
    }

    @Test
    void oneTeacherIsTakenAsItIs() {
        for (Ensemble ensemble : Ensemble.values()) {
            assertSame(first, ensemble.of(List.of(first)));
        }
    }

    @Test
    void refusesTeachersOfOtherImages() {
        Logits shorter = new Logits(new float[3], 3);
        assertThrows(IllegalArgumentException.class, () -> Ensemble.LOGITS.of(List.of(first, shorter)));
    }
}
