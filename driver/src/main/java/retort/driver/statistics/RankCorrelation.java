package retort.driver.statistics;

import java.util.Arrays;
import java.util.stream.IntStream;

/** How well one number tells the order of another. */
public final class RankCorrelation {
    private RankCorrelation() {}

    /**
     * Spearman's coefficient: the correlation of ranks, where equal values share their mean rank. From -1 to 1; NaN
     * where all values of either are equal, or there are none.
     *
     * @throws IllegalArgumentException if these are not as many
     */
    public static double spearman(double[] first, double[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException(
                    "rank correlation: " + first.length + " and " + second.length + " values, expected as many");
        }
        double[] x = ranks(first);
        double[] y = ranks(second);
        double mean = (first.length + 1) / 2.0;
        double products = 0;
        double squaresOfX = 0;
        double squaresOfY = 0;
        for (int i = 0; i < x.length; i++) {
            products += (x[i] - mean) * (y[i] - mean);
            squaresOfX += (x[i] - mean) * (x[i] - mean);
            squaresOfY += (y[i] - mean) * (y[i] - mean);
        }
        return products / Math.sqrt(squaresOfX * squaresOfY);
    }

    /** From 1 on. */
    private static double[] ranks(double[] values) {
        return Arrays.stream(values)
                .map(value -> {
                    long below = IntStream.range(0, values.length)
                            .filter(i -> values[i] < value)
                            .count();
                    long equal = IntStream.range(0, values.length)
                            .filter(i -> values[i] == value)
                            .count();
                    return below + (equal + 1) / 2.0;
                })
                .toArray();
    }
}
