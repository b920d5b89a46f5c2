package retort.driver.statistics;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How many errors one kind of model makes more than another, with what other test images and other seeds could have
 * made of it: both are drawn anew, with replacement, seeds and images together for both kinds, so that what is hard
 * for both cancels. With one seed images alone are drawn, and the result is of these two models, not of their kinds.
 * How often an image is drawn is of the Poisson distribution of mean 1, as in the limit of many images, so that those
 * on which all agree need not be drawn.
 * Source: Efron and Tibshirani 1993, chapters 12 and 16; Hanley and MacGibbon 2006 for the Poisson distribution.
 *
 * @param difference errors of the first less those of the second, mean over the seeds
 * @param low end of the interval of the middle 95 % of that over the draws
 * @param high the other
 * @param p twice the share of the draws in which the difference has not its sign, at least 2 / (draws + 1), at most 1
 */
public record PairedBootstrap(double difference, double low, double high, double p) {
    private static final int DRAWS = 1_999;
    private static final double TAIL = 0.025;

    /**
     * @param first one for each seed
     * @param second of the same seeds, in their order
     * @throws IllegalArgumentException if these are not as many, or of other images
     */
    public static PairedBootstrap of(List<ErrorSet> first, List<ErrorSet> second, long seed) {
        int seeds = first.size();
        if (seeds == 0 || second.size() != seeds) {
            throw new IllegalArgumentException("paired bootstrap: " + seeds + " and " + second.size()
                    + " seeds, expected as many and at least one");
        }
        int images = first.getFirst().images();
        byte[][] differences = new byte[length(first, second)][];
        for (int s = 0; s < seeds; s++) {
            if (first.get(s).images() != images || second.get(s).images() != images) {
                throw new IllegalArgumentException("paired bootstrap: errors of other images for seed " + s);
            }
            add(differences, first.get(s).wrong(), s, seeds, 1);
            add(differences, second.get(s).wrong(), s, seeds, -1);
        }
        byte[][] differing =
                Arrays.stream(differences).filter(PairedBootstrap::differs).toArray(byte[][]::new);
        double[] drawn = new double[DRAWS];
        SplittableRandom random = new SplittableRandom(seed);
        for (int draw = 0; draw < DRAWS; draw++) {
            drawn[draw] = draw(differing, seeds, random);
        }
        Arrays.sort(drawn);
        double found = (sum(first) - sum(second)) / seeds;
        return new PairedBootstrap(found, quantile(drawn, TAIL), quantile(drawn, 1 - TAIL), p(drawn));
    }

    /** Up to the last image that any names wrong: what a file says of the number of images costs nothing. */
    private static int length(List<ErrorSet> first, List<ErrorSet> second) {
        return Stream.concat(first.stream(), second.stream())
                .mapToInt(each -> each.wrong().length())
                .max()
                .orElse(0);
    }

    private static boolean differs(byte[] row) {
        return row != null && IntStream.range(0, row.length).anyMatch(s -> row[s] != 0);
    }

    /** Of mean 1, from a number of the uniform distribution on 0 to 1. */
    private static int poisson(double uniform) {
        double probability = Math.exp(-1);
        double sum = probability;
        int k = 0;
        while (uniform >= sum && probability > 0) {
            k++;
            probability /= k;
            sum += probability;
        }
        return k;
    }

    /** Rows stay null where none is wrong, as on most images. */
    private static void add(byte[][] differences, BitSet wrong, int s, int seeds, int by) {
        for (int i = wrong.nextSetBit(0); i >= 0; i = wrong.nextSetBit(i + 1)) {
            if (differences[i] == null) {
                differences[i] = new byte[seeds];
            }
            differences[i][s] += (byte) by;
        }
    }

    private static double sum(List<ErrorSet> sets) {
        return sets.stream().mapToInt(ErrorSet::errors).sum();
    }

    private static double draw(byte[][] differences, int seeds, SplittableRandom random) {
        int[] times = new int[seeds];
        for (int s = 0; s < seeds; s++) {
            times[random.nextInt(seeds)]++;
        }
        long sum = 0;
        for (byte[] of : differences) {
            int images = poisson(random.nextDouble());
            for (int s = 0; images > 0 && s < seeds; s++) {
                sum += (long) images * times[s] * of[s];
            }
        }
        return sum / (double) seeds;
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    private static double p(double[] drawn) {
        long notAbove = Arrays.stream(drawn).filter(d -> d <= 0).count();
        long notBelow = Arrays.stream(drawn).filter(d -> d >= 0).count();
        return Math.min(1, 2 * (1 + Math.min(notAbove, notBelow)) / (drawn.length + 1.0));
    }
}
