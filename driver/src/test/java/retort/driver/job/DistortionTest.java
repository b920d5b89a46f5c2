package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.kernels.op.Shape;

class DistortionTest {
    private static final Shape SHAPE = Shape.of(20, 30, 1);
    private static final int PIXELS = 600;
    private static final int OFFSET = 7;

    @Test
    void noneLeavesEveryBit() {
        float[] image = ramp();
        Distortion.NONE.apply(image, OFFSET, SHAPE, 1, 2, 3);
        assertArrayEquals(ramp(), image);
    }

    /** Bilinear interpolation of a plane is the plane, so what a pixel shows says where it was taken from. */
    @ParameterizedTest
    @CsvSource({"0.1, 0", "0, 34", "0.05, 20"})
    void pixelsComeFromNearTheirPlaceAndNothingElseIsWritten(float affine, float elastic) {
        double most = 0;
        double squares = 0;
        int inside = 0;
        for (int image = 0; image < 20; image++) {
            float[] down = plane(1, 0);
            float[] right = plane(0, 1);
            Distortion distortion = new Distortion(affine, elastic);
            distortion.apply(down, OFFSET, SHAPE, 5, image, 1);
            distortion.apply(right, OFFSET, SHAPE, 5, image, 1);
            for (int i = 0; i < OFFSET; i++) {
                assertEquals(-1, down[i]);
                assertEquals(-1, down[down.length - 1 - i]);
            }
            for (int y = 6; y < 14; y++) {
                for (int x = 6; x < 24; x++) {
                    double moved =
                            Math.hypot(down[OFFSET + y * 30 + x] - 100 - y, right[OFFSET + y * 30 + x] - 100 - x);
                    most = Math.max(most, moved);
                    squares += moved * moved;
                    inside++;
                }
            }
        }
        // From the middle it is at most 4 and 9 pixels to these; smoothed draws have a deviation of 0.577 / (2 sigma
        // sqrt(pi)) = 0.041 each way, of which five are hardly ever met.
        double bound = affine * Math.hypot(13, 13) + elastic * 0.041 * 5 * Math.sqrt(2);
        assertTrue(most <= bound, "moved by " + most + ", at most " + bound);
        assertTrue(Math.sqrt(squares / inside) > bound / 20, "moved by " + Math.sqrt(squares / inside));
    }

    @Test
    void dependsOnSeedImageAndEpochAndNothingElse() {
        assertArrayEquals(distorted(1, 2, 3), distorted(1, 2, 3));
        assertFalse(Arrays.equals(distorted(1, 2, 3), distorted(2, 2, 3)));
        assertFalse(Arrays.equals(distorted(1, 2, 3), distorted(1, 3, 3)));
        assertFalse(Arrays.equals(distorted(1, 2, 3), distorted(1, 2, 4)));
    }

    @Test
    void channelsAreMovedTogether() {
        float[] one = ramp();
        float[] three = new float[3 * PIXELS];
        for (int i = 0; i < three.length; i++) {
            three[i] = one[OFFSET + i / 3];
        }
        Distortion distortion = new Distortion(0.1f, 34);
        distortion.apply(one, OFFSET, SHAPE, 1, 1, 1);
        distortion.apply(three, 0, Shape.of(20, 30, 3), 1, 1, 1);
        for (int i = 0; i < three.length; i++) {
            assertEquals(one[OFFSET + i / 3], three[i]);
        }
    }

    @Test
    void refusesWhatIsNoAmount() {
        assertThrows(IllegalArgumentException.class, () -> new Distortion(-0.1f, 0));
        assertThrows(IllegalArgumentException.class, () -> new Distortion(0, Float.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Distortion(0, Float.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> new Distortion(1.01f, 0));
        assertThrows(IllegalArgumentException.class, () -> new Distortion(0, 1001));
    }

    /** Images may have fewer rows or columns than the Gaussian has weights; the largest amounts look far outside. */
    @Test
    void imagesOfAnySizeAreDistorted() {
        for (int[] size : new int[][] {{1, 1}, {8, 8}, {11, 28}, {28, 3}, {12, 13}}) {
            float[] pixels = new float[size[0] * size[1]];
            Arrays.fill(pixels, 1);
            Shape shape = Shape.of(size[0], size[1], 1);
            new Distortion(0.1f, 34).apply(pixels, 0, shape, 1, 1, 1);
            for (float pixel : pixels) {
                assertTrue(pixel >= 0 && pixel <= 1.0001f, size[0] + " x " + size[1] + ": " + pixel);
            }
            new Distortion(Distortion.MOST_AFFINE, Distortion.MOST_ELASTIC).apply(pixels, 0, shape, 1, 1, 1);
        }
    }

    private static float[] distorted(long seed, int image, int epoch) {
        float[] pixels = ramp();
        new Distortion(0.1f, 34).apply(pixels, OFFSET, SHAPE, seed, image, epoch);
        return pixels;
    }

    private static float[] ramp() {
        return plane(0.5f, 0.25f);
    }

    /** 100 and so much more a pixel down and right; -1 around the image. */
    private static float[] plane(float down, float right) {
        float[] pixels = new float[PIXELS + 2 * OFFSET];
        Arrays.fill(pixels, -1);
        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 30; x++) {
                pixels[OFFSET + y * 30 + x] = 100 + down * y + right * x;
            }
        }
        return pixels;
    }
}
