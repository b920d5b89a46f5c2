package retort.driver.statistics;

import java.util.BitSet;

/**
 * The exact test of McNemar: whether two models that were tested on the same images are as often wrong. Only images
 * that one names wrong and the other right tell; if neither is better, each of these is as likely the one's as the
 * other's. Source: McNemar 1947; Dietterich 1998 for the comparison of classifiers.
 *
 * @param onlyFirst images that the first alone named wrong
 * @param onlySecond likewise
 * @param p probability of so uneven a division of these, or one more uneven, between two equal models: two-sided, of
 *     the binomial distribution
 */
public record McNemar(int onlyFirst, int onlySecond, double p) {
    /** @throws IllegalArgumentException if the sets are not of the same number of images */
    public static McNemar of(ErrorSet first, ErrorSet second) {
        if (first.images() != second.images()) {
            throw new IllegalArgumentException(
                    "McNemar: errors of " + first.images() + " and " + second.images() + " images, expected the same");
        }
        BitSet onlyFirst = first.wrong();
        onlyFirst.andNot(second.wrong());
        BitSet onlySecond = second.wrong();
        onlySecond.andNot(first.wrong());
        return of(onlyFirst.cardinality(), onlySecond.cardinality());
    }

    static McNemar of(int onlyFirst, int onlySecond) {
        return new McNemar(onlyFirst, onlySecond, twoSided(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond));
    }

    /** 2 P(X at most {@code fewer}) for X of the binomial distribution of n throws of a coin, and at most 1. */
    private static double twoSided(int fewer, int n) {
        // The last term's logarithm, then the terms before it as shares of it: none is too small to be a number.
        double last = -n * Math.log(2);
        for (int k = 1; k <= fewer; k++) {
            last += Math.log((n - k + 1.0) / k);
        }
        double sum = 0;
        double term = 1;
        for (int k = fewer; k >= 0; k--) {
            sum += term;
            term *= k / (n - k + 1.0);
        }
        return Math.min(1, 2 * Math.exp(last) * sum);
    }
}
