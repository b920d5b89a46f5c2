package retort.driver.job;

import retort.kernels.op.Philox;
import retort.kernels.op.Shape;
import retort.nn.RandomStream;

/**
 * Random moves of training images by whole pixels, for each example and epoch another that depends on nothing but
 * these.
 *
 * @param pixels an image is moved by at most, down or up and right or left; 0 for none
 * @param distortion that comes after
 */
public record Jitter(int pixels, Distortion distortion, long seed, int epoch) {
    /** Of images that are moved alone. */
    public Jitter(int pixels, long seed, int epoch) {
        this(pixels, Distortion.NONE, seed, epoch);
    }

    /**
     * @throws IllegalArgumentException if {@code pixels} is negative
     */
    public Jitter {
        if (pixels < 0) {
            throw new IllegalArgumentException("jitter: pixels must be 0 or more, got " + pixels);
        }
    }

    /** Distorts an example's image in place; see {@link Distortion#apply}. */
    void distort(int example, Shape shape, float[] images, int offset) {
        distortion.apply(images, offset, shape, seed, example, epoch);
    }

    /** Pixels that an example is moved down, negative for up. */
    public int down(int example) {
        return draw(example, 0);
    }

    /** Pixels that an example is moved to the right, negative for left. */
    public int right(int example) {
        return draw(example, 1);
    }

    private int draw(int example, int word) {
        if (pixels == 0) {
            return 0;
        }
        int[] words = new int[4];
        Philox.block(seed, example, RandomStream.AUGMENTATION.of(0), epoch, 0, words, 0);
        return (int) (Integer.toUnsignedLong(words[word]) * (2 * pixels + 1) >>> 32) - pixels;
    }
}
