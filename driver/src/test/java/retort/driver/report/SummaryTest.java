package retort.driver.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTest {
    private static final int COLUMNS = 80;

    private final String run = Summary.of(SampleReport.run());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Retort run, recipe notebook, seed 0",
                "27,413,130 parameters, 48,000 training images",
                "227.3 s, 211 images/s",
                "loss 0.2141, accuracy 93.72 %   validation 0.0671, 98.05 %",
                "1,190 errors of 10,000, accuracy 88.10 %",
                "oracle       4.25",
                "prior-match  3.75",
                "91.00 % of held-out images; folds 90.00 %, 92.00 %, 91.00 %",
                "10.1 s",
                "skipped, 3 calls would take about 3720 s",
                "12.3 ms  13.5 ms   810,005  820 ×",
                "CONFUSION of distilled"
            })
    void tellsTheFigures(String figure) {
        assertTrue(run.contains(figure), figure + " in\n" + run);
    }

    @Test
    void eachStudentHasARow() {
        assertEquals(List.of("distilled", "soft", "3", "8,070", "1,190", "0.00 %", "60.00 %"), cells("distilled  "));
        assertEquals(List.of("hard-labels-all", "hard", "-", "8,070", "1,190"), cells("hard-labels-all"));
    }

    @Test
    void oneConfusionMatrixIsOnTheScreen() {
        assertEquals(1, run.lines().filter(line -> line.startsWith("CONFUSION")).count());
    }

    @Test
    void theHeadlineIsTheLastLine() {
        List<String> lines = Summary.headline(SampleReport.run()).lines().toList();
        assertEquals(
                List.of(
                        "distilled: one bias was raised, and no label read for it; without that 0.0 %.",
                        "hard-labels, the same network on true labels: 60.0 % of them.",
                        "A student that never saw a 3 gets 6 of 10 right (606 of 1,010)."),
                lines);
    }

    @Test
    void noLineIsWiderThanATerminal() {
        for (String line : (run + Summary.of(SampleReport.evaluation()) + Summary.headline(SampleReport.run()))
                .lines()
                .toList()) {
            assertTrue(line.length() <= COLUMNS, line.length() + " columns: " + line);
            assertEquals(line.stripTrailing(), line);
        }
    }

    @Test
    void readsTheSameWhateverTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals(run, Summary.of(SampleReport.run()));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void anEvaluationIsItsModelAndNothingElse() {
        String text = Summary.of(SampleReport.evaluation());
        assertTrue(text.contains("distilled.safetensors  8,070 parameters"), text);
        assertTrue(text.contains("CONFUSION of distilled.safetensors"), text);
        for (String part : List.of("TEACHER", "STUDENTS", "LATENCY")) {
            assertFalse(text.contains(part), part);
        }
    }

    /** The columns of the first line that begins so. */
    private List<String> cells(String begin) {
        String line = run.lines()
                .map(String::strip)
                .filter(each -> each.startsWith(begin))
                .findFirst()
                .orElseThrow(() -> new AssertionError(run));
        return List.of(line.split("  +"));
    }
}
