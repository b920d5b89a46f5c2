package retort.driver.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageSetTest {
    private final ImageSet images =
            new ImageSet(1, 2, new byte[] {0, 1, 2, (byte) 128, (byte) 255, 51}, new byte[] {7, 0, 9});

    @Test
    void scalesUnsignedPixelsToTheUnitInterval() {
        float[] destination = {-1, -1, -1, -1};
        images.copyScaled(1, destination, 1);
        assertArrayEquals(new float[] {-1, 2 / 255f, 128 / 255f, -1}, destination);
        images.copyScaled(2, destination, 2);
        assertArrayEquals(new float[] {-1, 2 / 255f, 1, 0.2f}, destination);
    }

    /** 1 2 / 3 4 / 5 6, in every direction and out of sight. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1 2 3 4 5 6",
        "1, 0, 0 0 1 2 3 4",
        "-1, 0, 3 4 5 6 0 0",
        "0, 1, 0 1 0 3 0 5",
        "0, -1, 2 0 4 0 6 0",
        "-2, 1, 0 5 0 0 0 0",
        "3, 0, 0 0 0 0 0 0",
        "0, -2, 0 0 0 0 0 0"
    })
    void aMovedImageLeavesBlack(int down, int right, String expected) {
        ImageSet one = new ImageSet(3, 2, new byte[] {1, 2, 3, 4, 5, 6}, new byte[1]);
        float[] destination = new float[8];
        Arrays.fill(destination, -1);
        one.copyScaled(0, down, right, destination, 1);
        assertEquals(-1, destination[0]);
        assertEquals(-1, destination[7]);
        String[] pixels = expected.split(" ");
        for (int p = 0; p < pixels.length; p++) {
            assertEquals(Integer.parseInt(pixels[p]) / 255f, destination[1 + p], "pixel " + p);
        }
    }

    @Test
    void aPrefixEndsWhereItSays() {
        ImageSet two = images.prefix(2);
        assertEquals(2, two.size());
        assertEquals(0, two.label(1));
        assertEquals(1, two.height());
        assertEquals(2, two.width());
        assertThrows(IllegalArgumentException.class, () -> two.label(2));
        assertThrows(IllegalArgumentException.class, () -> two.copyScaled(2, new float[2], 0));
        assertThrows(IllegalArgumentException.class, () -> two.prefix(3));
        assertThrows(IllegalArgumentException.class, () -> two.prefix(0));
        assertThrows(IllegalArgumentException.class, () -> two.label(-1));
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 5, 3, 0", "1, 2, 0, 0, 0", "0, 2, 0, 1, 0", "1, 2, 2, 1, 10", "1, 2, 2, 1, -1"})
    void refusesWhatIsNotASet(int height, int width, int pixels, int count, byte label) {
        byte[] labels = new byte[count];
        Arrays.fill(labels, label);
        assertThrows(IllegalArgumentException.class, () -> new ImageSet(height, width, new byte[pixels], labels));
    }
}
