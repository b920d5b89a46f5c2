package retort.driver.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;

class TerminalPixelsTest {
    private static final float[] UPPER = {0, 1, 0.5f};
    private static final float[] LOWER = {0, 1, 0};

    /** Black and white are the ends of the 256 colours' greys. */
    @Test
    void blocksHaveTheUpperLevelBeforeTheLowerOneBehind() {
        assertEquals(
                "\u001B[38;5;16;48;5;16m\u2580\u001B[38;5;255;48;5;255m\u2580\u001B[38;5;243;48;5;16m\u2580\u001B[0m",
                TerminalPixels.BLOCKS.line(UPPER, LOWER));
    }

    @Test
    void lettersAreAsFullAsTheTwoInTheMean() {
        assertEquals(" @:", TerminalPixels.LETTERS.line(UPPER, LOWER));
    }

    /** Class names are of others: names of folders, or lines of a file. */
    @Test
    void aSheetHasNoControlCharactersButColours() {
        ImageSet images = SyntheticSet.images(20);
        List<String> names = new ArrayList<>(Collections.nCopies(10, "digit"));
        names.set(0, "\u001B[2Jx");
        String blocks = new ContactSheet(images, names).text(TerminalPixels.BLOCKS);
        assertTrue(blocks.contains("\\u001b[2Jx"), blocks);
        assertFalse(blocks.replaceAll("\u001B\\[[0-9;]*m", "").contains("\u001B"), blocks);
        String letters = new ContactSheet(images, names).text(TerminalPixels.LETTERS);
        assertTrue(letters.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), letters);
        assertTrue(Arrays.stream(letters.split("\n")).allMatch(line -> line.length() <= 80), letters);
    }
}
