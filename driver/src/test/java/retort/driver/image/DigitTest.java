package retort.driver.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;

/** Images are prepared as MNIST's were. */
class DigitTest {
    private static final ImageSet TEST = Dataset.embedded().test();
    private static final int IMAGES = 500;
    private static final float ROUNDING = 0.01f;

    /** They were cropped, scaled and centred so: there is nothing left to do. */
    @Test
    void anImageOfMnistStaysWhatItIs() {
        int same = 0;
        for (int i = 0; i < IMAGES; i++) {
            same += differs(pixels(i), prepared(i, 1, false)) ? 0 : 1;
        }
        // In some the outermost row or column of ink is too faint to count.
        assertTrue(same > 0.7 * IMAGES, same + " of " + IMAGES);
    }

    @Test
    void neitherSizeNorDarkInkMatters() {
        for (int i = 0; i < IMAGES; i += 10) {
            float[] plain = prepared(i, 1, false);
            assertArrayEquals(plain, prepared(i, 1, true), ROUNDING, "image " + i);
            assertArrayEquals(plain, prepared(i, 5, false), ROUNDING, "image " + i);
            assertArrayEquals(plain, prepared(i, 9, true), ROUNDING, "image " + i);
        }
    }

    @Test
    void lightThatFallsOffAndNoiseAreNoInk() {
        Random random = new Random(1);
        byte[] levels = new byte[100 * 100];
        for (int y = 0; y < 100; y++) {
            for (int x = 0; x < 100; x++) {
                boolean ink = x >= 45 && x < 55 && y >= 20 && y < 80;
                levels[y * 100 + x] = (byte) (160 + x / 3 + random.nextInt(-6, 7) - (ink ? 130 : 0));
            }
        }
        float[] pixels = Digit.of(new GrayImage(100, 100, levels), "one");
        for (int y = 0; y < Digit.SIDE; y++) {
            for (int x = 0; x < Digit.SIDE; x++) {
                boolean ink = x >= 12 && x <= 16 && y >= 4 && y <= 24;
                boolean edge = x == 12 || x >= 15 && x <= 16 || y == 4 || y == 24;
                float pixel = pixels[y * Digit.SIDE + x];
                assertTrue(edge || (ink ? pixel > 0.8 : pixel < 0.2), "pixel " + x + ", " + y + " is " + pixel);
            }
        }
    }

    /** A line of one pixel in a thousand is white where it was averaged to a grey of 2 %. */
    @Test
    void aHairlineIsSeen() {
        byte[] levels = new byte[1000 * 1000];
        for (int y = 100; y < 900; y++) {
            levels[y * 1000 + y / 2] = -1;
        }
        float highest = 0;
        for (float pixel : Digit.of(new GrayImage(1000, 1000, levels), "line")) {
            highest = Math.max(highest, pixel);
        }
        assertEquals(1, highest);
    }

    @Test
    void whatIsFarFromRoundStaysInside() {
        byte[] levels = new byte[300 * 30];
        Arrays.fill(levels, 15 * 300 + 20, 15 * 300 + 280, (byte) -1);
        float[] pixels = Digit.of(new GrayImage(300, 30, levels), "dash");
        float sum = 0;
        for (float pixel : pixels) {
            sum += pixel;
        }
        assertEquals(20, sum, 1e-4);
        for (int x = 4; x < 24; x++) {
            assertEquals(1, pixels[14 * Digit.SIDE + x], 1e-4);
        }
    }

    @Test
    void whatIsBlankIsRefused() {
        byte[] faint = new byte[50 * 50];
        new Random(2).nextBytes(faint);
        for (int i = 0; i < faint.length; i++) {
            faint[i] = (byte) (200 + faint[i] % 4);
        }
        for (byte[] levels : new byte[][] {new byte[2500], faint}) {
            var refusal = assertThrows(BadDataException.class, () -> Digit.of(new GrayImage(50, 50, levels), "x.png"));
            assertEquals("x.png: blank: nothing stands out from its border", refusal.getMessage());
        }
        assertThrows(BadDataException.class, () -> Digit.of(new GrayImage(1, 1, new byte[1]), "dot"));
    }

    private static float[] pixels(int i) {
        float[] pixels = new float[Digit.SIDE * Digit.SIDE];
        TEST.copyScaled(i, pixels, 0);
        return pixels;
    }

    private static float[] prepared(int i, int scale, boolean inverted) {
        float[] pixels = pixels(i);
        int side = scale * Digit.SIDE;
        byte[] levels = new byte[side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int level = Math.round(255 * pixels[y / scale * Digit.SIDE + x / scale]);
                levels[y * side + x] = (byte) (inverted ? 255 - level : level);
            }
        }
        return Digit.of(new GrayImage(side, side, levels), "image " + i);
    }

    private static boolean differs(float[] first, float[] second) {
        for (int i = 0; i < first.length; i++) {
            if (Math.abs(first[i] - second[i]) > ROUNDING) {
                return true;
            }
        }
        return false;
    }
}
