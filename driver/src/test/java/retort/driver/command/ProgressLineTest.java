package retort.driver.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLineTest {
    private static final String SCORE = "loss 0.1234, acc. 98.76 %";
    private static final ProgressLine LINE =
            new ProgressLine("step 6 of 8", "hard-labels-all, epoch 12/50", 0.456, SCORE, 754);

    @Test
    void aWideLineHasABar() {
        assertEquals(
                "step 6 of 8: hard-labels-all, epoch 12/50  [#######          ]  45 %, " + SCORE + ", 12:34 left",
                LINE.text(110));
    }

    @Test
    void atEightyColumnsTheNameGivesWayAndStepLossAndTimeStay() {
        assertEquals("step 6 of 8: hard-.., epoch 12/50   45 %, " + SCORE + ", 12:34 left", LINE.text(79));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 40, 60, 79, 80, 100, 119, 200, 500})
    void noLineIsLongerThanTheTerminal(int columns) {
        assertTrue(LINE.text(columns).length() <= columns);
        ProgressLine noStep = new ProgressLine("", "soft labels", 1, "", Double.NaN);
        assertTrue(noStep.text(columns).length() <= columns);
    }

    @Test
    void aLogHasNoBar() {
        assertEquals("step 6 of 8: hard-labels-all, epoch 12/50: 45 %, " + SCORE + ", 12:34 left", LINE.text());
        assertEquals("soft labels: 0 %", new ProgressLine("", "soft labels", 0, "", Double.NaN).text());
    }

    @ParameterizedTest
    @CsvSource({"0, 1 s", "0.4, 1 s", "59.4, 59 s", "59.6, 1:00", "3599, 59:59", "3600, 1:00:00", "90061, 25:01:01"})
    void durationsAreShort(double seconds, String text) {
        assertEquals(text, ProgressLine.duration(seconds));
    }
}
