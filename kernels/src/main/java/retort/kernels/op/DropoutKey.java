package retort.kernels.op;

/**
 * Names the random numbers of one application of dropout. Element i is dropped if word {@code i % 4} of
 * {@code Philox(seed; i / 4, stream, step)} lies below rate * 2^32: the mask depends on nothing but these numbers, so
 * every engine, thread count and order of work gives the same one.
 *
 * @param seed of the whole run
 * @param stream tells apart the layers of a model
 * @param step tells apart the training steps
 */
public record DropoutKey(long seed, int stream, long step) {
    /** Words below this (as unsigned 32-bit numbers) drop their element. */
    public static int threshold(float rate) {
        return (int) Math.round(rate * 0x1p32);
    }

    /** Writes the four words for elements {@code 4 block .. 4 block + 3} to {@code words[offset..]}. */
    public void words(int block, int[] words, int offset) {
        Philox.block(seed, block, stream, (int) step, (int) (step >>> 32), words, offset);
    }
}
