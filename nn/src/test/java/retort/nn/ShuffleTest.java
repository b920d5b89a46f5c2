package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShuffleTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 31, 32, 1000, 60_000})
    void isAPermutation(int size) {
        int[] sorted = Shuffle.permutation(size, 1, 1);
        Arrays.sort(sorted);
        assertArrayEquals(IntStream.range(0, size).toArray(), sorted);
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        int[] order = Shuffle.permutation(1000, 1, 1);
        assertArrayEquals(order, Shuffle.permutation(1000, 1, 1));
        for (long seed : new long[] {0, 2, 1L << 32, 1L << 32 | 1}) {
            assertFalse(Arrays.equals(order, Shuffle.permutation(1000, seed, 1)), "seed " + seed);
        }
        for (int epoch : new int[] {0, 2, 3, 1 << 16}) {
            assertFalse(Arrays.equals(order, Shuffle.permutation(1000, 1, epoch)), "epoch " + epoch);
        }
    }

    /**
     * The orders of a run are part of what a seed promises: other engines, versions and machines must give them too.
     * Worked out apart.
     */
    @Test
    void theOrderOfASeedStaysWhatItIs() {
        assertArrayEquals(new int[] {3, 2, 1, 4, 6, 7, 5, 0}, Shuffle.permutation(8, 5L << 32 | 9, 3));
    }

    /** Over many seeds each of the 24 orders of 4 things comes up as often as any other. */
    @Test
    void everyOrderIsAsLikely() {
        int[] counts = new int[256];
        int draws = 24_000;
        for (int seed = 0; seed < draws; seed++) {
            int[] order = Shuffle.permutation(4, seed, 1);
            counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
        }
        int[] seen = Arrays.stream(counts).filter(count -> count > 0).toArray();
        assertEquals(24, seen.length);
        assertFitsUniform(seen, draws);
    }

    /** Over many epochs each of 50 things comes to each of 50 places as often as to any other. */
    @Test
    void everyPlaceIsAsLikelyForEveryThing() {
        int size = 50;
        int draws = 5000;
        int[][] counts = new int[size][size];
        for (int epoch = 1; epoch <= draws; epoch++) {
            int[] order = Shuffle.permutation(size, 20261123, epoch);
            for (int place = 0; place < size; place++) {
                counts[order[place]][place]++;
            }
        }
        for (int[] ofOne : counts) {
            assertFitsUniform(ofOne, draws);
        }
    }

    /** Blocks of 3 to 7, some of them not in the set at all, and two of one. */
    @ParameterizedTest
    @CsvSource({"1000, 1", "1000, 7", "1000, 8", "1000, 1000", "1, 1", "17, 2"})
    void byBlocksEachComesOnceAndFewBlocksAtATime(int size, int most) {
        IntUnaryOperator blockOf = i -> 2 * (i / 7) + (i % 7 == 3 ? 1 : 0);
        int[] order = Shuffle.byBlocks(size, blockOf, most, 4, 2);
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        assertArrayEquals(IntStream.range(0, size).toArray(), sorted);
        // What a cache that drops the block least recently used reads: each block once.
        LinkedHashMap<Integer, Boolean> held = new LinkedHashMap<>(16, 0.75f, true);
        int read = 0;
        for (int i : order) {
            int block = blockOf.applyAsInt(i);
            if (held.put(block, true) == null) {
                read++;
            }
            if (held.size() > most) {
                held.remove(held.keySet().iterator().next());
            }
        }
        assertEquals(IntStream.range(0, size).map(blockOf).distinct().count(), read);
    }

    @Test
    void byBlocksDependsOnSeedEpochAndHowManyHaveRoom() {
        int[] order = Shuffle.byBlocks(1000, i -> i / 10, 9, 1, 1);
        assertArrayEquals(order, Shuffle.byBlocks(1000, i -> i / 10, 9, 1, 1));
        assertFalse(Arrays.equals(order, Shuffle.byBlocks(1000, i -> i / 10, 9, 2, 1)));
        assertFalse(Arrays.equals(order, Shuffle.byBlocks(1000, i -> i / 10, 9, 1, 2)));
        assertFalse(Arrays.equals(order, Shuffle.byBlocks(1000, i -> i / 10, 50, 1, 1)));
        assertArrayEquals(Shuffle.permutation(1000, 1, 1), Shuffle.byBlocks(1000, i -> 0, 9, 1, 1));
    }

    /** Worked out apart. */
    @Test
    void theOrderByBlocksOfASeedStaysWhatItIs() {
        assertArrayEquals(
                new int[] {0, 5, 4, 1, 2, 3, 10, 7, 11, 9, 8, 6}, Shuffle.byBlocks(12, i -> i / 3, 2, 5L << 32 | 9, 3));
    }

    /** No time has a small rest of blocks: with 9 of at most 8, there are 4 and 5. */
    @Test
    void byBlocksSharesThemOutEvenly() {
        int[] order = Shuffle.byBlocks(90, i -> i / 10, 8, 1, 1);
        assertEquals(4, Arrays.stream(order, 0, 40).map(i -> i / 10).distinct().count());
        assertEquals(5, Arrays.stream(order, 40, 90).map(i -> i / 10).distinct().count());
    }

    /** Over many epochs each of 40 things comes to each of 40 places as often as to any other. */
    @Test
    void byBlocksEveryPlaceIsAsLikelyForEveryThing() {
        int size = 40;
        int draws = 5000;
        int[][] counts = new int[size][size];
        for (int epoch = 1; epoch <= draws; epoch++) {
            int[] order = Shuffle.byBlocks(size, i -> i / 5, 2, 20261123, epoch);
            for (int place = 0; place < size; place++) {
                counts[order[place]][place]++;
            }
        }
        for (int[] ofOne : counts) {
            assertFitsUniform(ofOne, draws);
        }
    }

    /**
     * Pearson's statistic over n cells tends to chi-square with f = n - 1 degrees of freedom, which exceeds f + 2
     * sqrt(f x) + 2 x with probability at most exp(-x) (Laurent and Massart 2000, lemma 1); x = 20 makes that 2e-9.
     */
    private static void assertFitsUniform(int[] counts, int draws) {
        double expected = (double) draws / counts.length;
        double statistic = 0;
        for (int count : counts) {
            statistic += (count - expected) * (count - expected) / expected;
        }
        double freedom = counts.length - 1;
        double limit = freedom + 2 * Math.sqrt(freedom * 20) + 2 * 20;
        assertTrue(statistic <= limit, "chi-square " + statistic + " of " + freedom + ", limit " + limit);
    }
}
