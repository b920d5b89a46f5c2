package retort.driver.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {
    @Test
    void onlyTheOrderCounts() {
        assertEquals(1, RankCorrelation.spearman(new double[] {1, 2, 3}, new double[] {-5, 0, 1e30}), 1e-12);
        assertEquals(-1, RankCorrelation.spearman(new double[] {1, 2, 3}, new double[] {9, 8, 0}), 1e-12);
    }

    /** By the sum of squared differences of ranks, without ties: 1 - 6 * 8 / (5 * 24). */
    @Test
    void anOrderInBetween() {
        double[] first = {10, 20, 30, 40, 50};
        double[] second = {2, 1, 4, 5, 3};
        assertEquals(1 - 6 * 8 / 120.0, RankCorrelation.spearman(first, second), 1e-12);
    }

    /** Ranks 1.5, 1.5, 3 against 1, 2, 3: 1.5 / sqrt(1.5 * 2). */
    @Test
    void equalValuesShareTheirMeanRank() {
        assertEquals(
                1.5 / Math.sqrt(3), RankCorrelation.spearman(new double[] {4, 4, 7}, new double[] {1, 2, 3}), 1e-12);
    }

    @Test
    void itIsNotDefinedWithoutAnOrder() {
        assertEquals(Double.NaN, RankCorrelation.spearman(new double[] {4, 4}, new double[] {1, 2}));
        assertEquals(Double.NaN, RankCorrelation.spearman(new double[0], new double[0]));
        assertThrows(IllegalArgumentException.class, () -> RankCorrelation.spearman(new double[1], new double[2]));
    }
}
