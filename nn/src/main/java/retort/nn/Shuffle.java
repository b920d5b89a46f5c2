package retort.nn;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import retort.kernels.op.Philox;

/** Random orders of a training set, one for each epoch. Source: Durstenfeld 1964, with Philox for the draws. */
public final class Shuffle {
    private static final int EXAMPLES = RandomStream.SHUFFLE.of(0);
    private static final int BLOCKS = RandomStream.SHUFFLE.of(1);

    private Shuffle() {}

    /** A permutation of 0 .. size - 1 that depends on nothing but the arguments. */
    public static int[] permutation(int size, long seed, int epoch) {
        int[] order = IntStream.range(0, size).toArray();
        shuffle(order, 0, size, EXAMPLES, seed, epoch);
        return order;
    }

    /**
     * The same for a set that is read in blocks, of which some have room: blocks come in random order, so many at a
     * time, and what these hold in random order. All times have as many blocks, or one fewer.
     *
     * @param blockOf 0 .. size - 1: where each is read, 0 or more
     * @param most blocks at a time
     */
    public static int[] byBlocks(int size, IntUnaryOperator blockOf, int most, long seed, int epoch) {
        int[] places = new int[IntStream.range(0, size).map(blockOf).max().orElse(0) + 2];
        for (int i = 0; i < size; i++) {
            places[blockOf.applyAsInt(i) + 1]++;
        }
        int[] counts = places.clone();
        int[] blocks = IntStream.range(0, places.length - 1)
                .filter(block -> counts[block + 1] > 0)
                .toArray();
        shuffle(blocks, 0, blocks.length, BLOCKS, seed, epoch);
        int begin = 0;
        for (int block : blocks) {
            places[block] = begin;
            begin += counts[block + 1];
        }
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[places[blockOf.applyAsInt(i)]++] = i;
        }
        // Where a block began is now where it ends.
        int times = Math.ceilDiv(blocks.length, most);
        int from = 0;
        for (int time = 1; time <= times; time++) {
            int to = places[blocks[(int) ((long) time * blocks.length / times) - 1]];
            shuffle(order, from, to, EXAMPLES, seed, epoch);
            from = to;
        }
        return order;
    }

    /** What is between two places in random order. */
    private static void shuffle(int[] order, int from, int to, int stream, long seed, int epoch) {
        int[] words = new int[4];
        for (int i = to - 1; i > from; i--) {
            Philox.block(seed, i, stream, epoch, 0, words, 0);
            long word = (long) words[0] << 32 | Integer.toUnsignedLong(words[1]);
            int j = from + (int) Math.unsignedMultiplyHigh(word, i - from + 1L);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
