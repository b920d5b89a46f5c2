package retort.driver.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import retort.kernels.op.Shape;

/** Images of any size become those of a model. */
class PreparationTest {
    private static final float ROUNDING = 1e-6f;

    @Test
    void anImageOfTheModelsSizeStaysWhatItIs() throws IOException {
        Random random = new Random(4);
        BufferedImage image = new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB);
        float[] expected = new float[7 * 5 * 3];
        for (int p = 0; p < 35; p++) {
            int rgb = random.nextInt(1 << 24);
            image.setRGB(p % 7, p / 7, rgb);
            for (int c = 0; c < 3; c++) {
                expected[3 * p + c] = (rgb >> 16 - 8 * c & 0xFF) / 255f;
            }
        }
        assertArrayEquals(expected, whole(png(image), Shape.of(5, 7, 3)).pixels(), ROUNDING);
    }

    /** 40 x 20, of which the middle 20 x 20 is white: that is all which a square takes. */
    @Test
    void whatIsBeyondTheAspectIsCutOffAtBothEnds() throws IOException {
        BufferedImage image = new BufferedImage(40, 20, BufferedImage.TYPE_BYTE_GRAY);
        for (int p = 0; p < 400; p++) {
            image.setRGB(10 + p % 20, p / 20, 0xFFFFFF);
        }
        float[] white = new float[64];
        Arrays.fill(white, 1);
        assertArrayEquals(white, whole(png(image), Shape.of(8, 8, 1)).pixels(), ROUNDING);
        PreparedImage all = whole(png(image), Shape.of(4, 8, 1));
        assertEquals(0, all.level(1, 2), ROUNDING);
        assertEquals(1, all.level(2, 2), ROUNDING);
        assertEquals(1, all.level(5, 2), ROUNDING);
        assertEquals(0, all.level(6, 2), ROUNDING);
    }

    /** Its mean is that of the image, whether it shrinks or grows. */
    @Test
    void areasAreAveraged() throws IOException {
        Random random = new Random(5);
        BufferedImage image = new BufferedImage(30, 30, BufferedImage.TYPE_BYTE_GRAY);
        double sum = 0;
        for (int p = 0; p < 900; p++) {
            int level = random.nextInt(256);
            image.getRaster().setSample(p % 30, p / 30, 0, level);
            sum += level / 255.0;
        }
        for (int side : new int[] {1, 7, 30, 64}) {
            float[] pixels = whole(png(image), Shape.of(side, side, 1)).pixels();
            double mean = 0;
            for (float pixel : pixels) {
                assertTrue(pixel >= 0 && pixel <= 1 + ROUNDING, "a pixel of " + pixel);
                mean += pixel / pixels.length;
            }
            assertEquals(sum / 900, mean, 1e-5, "of side " + side);
        }
    }

    @Test
    void aGreyFileIsGreyForAModelInColour() {
        byte[] pgm = "P2 2 1 255 0 255".getBytes(StandardCharsets.US_ASCII);
        assertArrayEquals(
                new float[] {0, 0, 0, 1, 1, 1}, whole(pgm, Shape.of(1, 2, 3)).pixels(), ROUNDING);
    }

    private static PreparedImage whole(byte[] file, Shape shape) {
        return Preparation.WHOLE.of(ImageFile.NAMED, file, shape, "x");
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
