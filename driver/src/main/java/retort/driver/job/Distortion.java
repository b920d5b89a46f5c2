package retort.driver.job;

import java.util.Arrays;
import retort.kernels.op.Philox;
import retort.kernels.op.Shape;
import retort.nn.RandomStream;

/**
 * Small random distortions of training images, for each image and epoch another that depends on nothing but these.
 * Pixel p, measured from the middle, shows what the image has at
 *
 * <pre>
 * p + M p + elastic (G * u)(p)
 * </pre>
 *
 * between pixels by bilinear interpolation, and 0 outside: M is 2 x 2 of elements between -affine and affine, which
 * turn, shear and stretch; u is a displacement between -1 and 1 each way for each pixel, and G * its convolution with a
 * Gaussian of {@value #SIGMA} pixels. Source: Simard, Steinkraus and Platt 2003, who took elastic 34 for digits.
 *
 * @param affine largest change of an element of the matrix; 0 for none
 * @param elastic factor of the displacements, in pixels; 0 for none
 */
public record Distortion(float affine, float elastic) {
    /** Leaves images as they are. */
    public static final Distortion NONE = new Distortion(0, 0);

    static final double SIGMA = 4;

    private static final float[] GAUSSIAN = gaussian();

    /** Of its streams the one that {@link Jitter} does not draw from. */
    private static final int STREAM = RandomStream.AUGMENTATION.of(1);

    private static final int DRAWS_PER_BLOCK = 8;

    /** Beyond it an image is turned inside out. */
    public static final float MOST_AFFINE = 1;

    /** Beyond it neighbours come from opposite ends of an image. */
    public static final float MOST_ELASTIC = 1000;

    /** @throws IllegalArgumentException if a number is negative or larger than the most */
    public Distortion {
        if (!(affine >= 0 && affine <= MOST_AFFINE && elastic >= 0 && elastic <= MOST_ELASTIC)) {
            throw new IllegalArgumentException("distortion: affine must be from 0 to " + MOST_AFFINE
                    + " and elastic from 0 to " + MOST_ELASTIC + ", got " + affine + " and " + elastic);
        }
    }

    /** Whether images stay as they are. */
    public boolean isNone() {
        return equals(NONE);
    }

    /**
     * Distorts an image in place.
     *
     * @param pixels has it from {@code offset} on, of {@code shape}: height, width, channels
     */
    void apply(float[] pixels, int offset, Shape shape, long seed, int image, int epoch) {
        if (isNone()) {
            return;
        }
        int height = shape.extent(0);
        int width = shape.extent(1);
        int channels = shape.extent(2);
        float[] draws = draws(DRAWS_PER_BLOCK + (elastic == 0 ? 0 : 2 * height * width), seed, image, epoch);
        float[] down = elastic == 0 ? null : displacements(draws, DRAWS_PER_BLOCK, height, width);
        float[] right = elastic == 0 ? null : displacements(draws, DRAWS_PER_BLOCK + height * width, height, width);
        float[] copy = Arrays.copyOfRange(pixels, offset, offset + height * width * channels);
        Interpolation from = new Interpolation(copy, height, width, channels);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float yMiddle = y - (height - 1) / 2f;
                float xMiddle = x - (width - 1) / 2f;
                int p = y * width + x;
                float yFrom = y + affine * (draws[0] * yMiddle + draws[1] * xMiddle);
                float xFrom = x + affine * (draws[2] * yMiddle + draws[3] * xMiddle);
                if (elastic != 0) {
                    yFrom += elastic * down[p];
                    xFrom += elastic * right[p];
                }
                for (int c = 0; c < channels; c++) {
                    pixels[offset + p * channels + c] = from.at(yFrom, xFrom, c);
                }
            }
        }
    }

    /** Numbers between -1 and 1, each of half a word: those of the first block are for the matrix. */
    private static float[] draws(int count, long seed, int image, int epoch) {
        int[] words = new int[DRAWS_PER_BLOCK / 2];
        float[] draws = new float[Math.ceilDiv(count, DRAWS_PER_BLOCK) * DRAWS_PER_BLOCK];
        for (int i = 0; i < draws.length; i += DRAWS_PER_BLOCK) {
            Philox.block(seed, image, STREAM, epoch, i / DRAWS_PER_BLOCK, words, 0);
            for (int word = 0; word < words.length; word++) {
                draws[i + 2 * word] = (short) words[word] * 0x1p-15f;
                draws[i + 2 * word + 1] = (words[word] >> 16) * 0x1p-15f;
            }
        }
        return draws;
    }

    /** A field of draws, smoothed along one side and then along the other: a draw for each column's pixels in turn. */
    private static float[] displacements(float[] draws, int from, int height, int width) {
        float[] columns = smoothed(draws, from, width, height);
        float[] rows = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rows[y * width + x] = columns[x * height + y];
            }
        }
        return smoothed(rows, 0, height, width);
    }

    /** Each of {@code count} lines of a field becomes the Gaussian's mean of those around it, outside being 0. */
    private static float[] smoothed(float[] field, int from, int count, int length) {
        float[] smoothed = new float[count * length];
        float[] moved = new float[count * length];
        int radius = GAUSSIAN.length / 2;
        int farthest = Math.min(radius, count - 1);
        for (int k = -farthest; k <= farthest; k++) {
            float weight = GAUSSIAN[radius + k];
            int start = Math.max(0, -k) * length;
            int end = Math.min(count, count - k) * length;
            // At the same indices, which HotSpot makes vectors of.
            System.arraycopy(field, from + k * length + start, moved, start, end - start);
            for (int i = start; i < end; i++) {
                smoothed[i] += weight * moved[i];
            }
        }
        return smoothed;
    }

    /** Up to three deviations either way; the sum is 1. */
    private static float[] gaussian() {
        int radius = (int) Math.ceil(3 * SIGMA);
        float[] weights = new float[2 * radius + 1];
        double sum = 0;
        for (int k = -radius; k <= radius; k++) {
            sum += Math.exp(-k * k / (2 * SIGMA * SIGMA));
        }
        for (int k = -radius; k <= radius; k++) {
            weights[radius + k] = (float) (Math.exp(-k * k / (2 * SIGMA * SIGMA)) / sum);
        }
        return weights;
    }

    /** What an image has there, between pixels. */
    private record Interpolation(float[] image, int height, int width, int channels) {
        float at(float y, float x, int c) {
            int top = (int) Math.floor(y);
            int left = (int) Math.floor(x);
            float down = y - top;
            float right = x - left;
            if (top >= 0 && left >= 0 && top + 1 < height && left + 1 < width) {
                int first = (top * width + left) * channels + c;
                int below = first + width * channels;
                return mean(down, right, image[first], image[first + channels], image[below], image[below + channels]);
            }
            return mean(
                    down,
                    right,
                    pixel(top, left, c),
                    pixel(top, left + 1, c),
                    pixel(top + 1, left, c),
                    pixel(top + 1, left + 1, c));
        }

        private static float mean(
                float down, float right, float topLeft, float topRight, float bottomLeft, float bottomRight) {
            return (1 - down) * (1 - right) * topLeft
                    + (1 - down) * right * topRight
                    + down * (1 - right) * bottomLeft
                    + down * right * bottomRight;
        }

        private float pixel(int y, int x, int c) {
            boolean inside = y >= 0 && x >= 0 && y < height && x < width;
            return inside ? image[(y * width + x) * channels + c] : 0;
        }
    }
}
