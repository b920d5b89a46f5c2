package retort.driver.data;

import java.util.Optional;

/**
 * How much memory images may take. Those of a plain file that would take more stay in it, others are unpacked into a
 * file, and blocks of them are read as they are asked for.
 *
 * @param mebibytes that a user allows for the images to train on, and a quarter of it for those to test on; where
 *     nobody does, images that take half the heap are all in memory, and blocks of larger ones in a quarter of it
 */
public record ImageMemory(Optional<Integer> mebibytes) {
    /** Where nobody says. */
    public static final ImageMemory OF_HEAP = new ImageMemory(Optional.empty());

    /** As much as they take. */
    static final ImageMemory ANY = new ImageMemory(Optional.of(Integer.MAX_VALUE));

    private static final int TEST_SHARE = 4;

    /** Test images are seen in order, so few blocks will do. */
    private static final long TEST_BLOCKS_BYTES = 4 << 20;

    /**
     * What the images of one file may take.
     *
     * @param most bytes of images that are all in memory
     * @param mostOfPlain the same where they can stay in a file of the user's
     * @param blocks bytes of blocks, where they do
     */
    public record Limits(long most, long mostOfPlain, long blocks) {}

    /** Of images to train on. */
    public Limits ofTraining() {
        return new Limits(most(), most(), (long) mebibytesOfBlocks() << 20);
    }

    /** Of images to test on. */
    public Limits ofTests() {
        return new Limits(most(), most() / TEST_SHARE, Math.min(most() / TEST_SHARE, TEST_BLOCKS_BYTES));
    }

    private long most() {
        return mebibytes
                .map(allowed -> (long) allowed << 20)
                .orElse(Runtime.getRuntime().maxMemory() / 2);
    }

    /** That the blocks of training images take, which are not all in memory. */
    public int mebibytesOfBlocks() {
        return mebibytes.orElse((int) Math.max(1, Runtime.getRuntime().maxMemory() / 4 >> 20));
    }
}
