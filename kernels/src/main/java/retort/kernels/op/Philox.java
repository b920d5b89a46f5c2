package retort.kernels.op;

/**
 * The counter-based generator Philox4x32-10: a bijection of 128-bit counters for each 64-bit key, so the n-th number
 * is had without the ones before it. Source: Salmon, Moraes, Dror and Shaw 2011.
 */
public final class Philox {
    public static final int ROUNDS = 10;
    public static final long MULTIPLIER_0 = 0xD2511F53L;
    public static final long MULTIPLIER_1 = 0xCD9E8D57L;
    public static final int WEYL_0 = 0x9E3779B9;
    public static final int WEYL_1 = 0xBB67AE85;

    private Philox() {}

    /** Writes the four words that key and counter (c0 the lowest word) give to {@code words[offset .. offset + 3]}. */
    public static void block(long key, int c0, int c1, int c2, int c3, int[] words, int offset) {
        int key0 = (int) key;
        int key1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
            long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
            c0 = (int) (product1 >>> 32) ^ c1 ^ key0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ key1;
            c3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        words[offset] = c0;
        words[offset + 1] = c1;
        words[offset + 2] = c2;
        words[offset + 3] = c3;
    }
}
