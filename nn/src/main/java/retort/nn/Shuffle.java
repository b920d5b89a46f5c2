package retort.nn;

import retort.kernels.op.Philox;

/** Random orders of a training set, one for each epoch. Source: Durstenfeld 1964, with Philox for the draws. */
public final class Shuffle {
    private Shuffle() {}

    /** A permutation of 0 .. size - 1 that depends on nothing but the arguments. */
    public static int[] permutation(int size, long seed, int epoch) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        int[] words = new int[4];
        for (int i = size - 1; i > 0; i--) {
            Philox.block(seed, i, RandomStream.SHUFFLE.of(0), epoch, 0, words, 0);
            long word = (long) words[0] << 32 | Integer.toUnsignedLong(words[1]);
            int j = (int) Math.unsignedMultiplyHigh(word, i + 1L);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
