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
    private static final int COLUMNS = 120;

    private final String run = Summary.of(SampleReport.run());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Retort run, recipe notebook, seed 0",
                "27,413,130 parameters, 48,000 training images, 227.3 s, 211 images/s",
                "loss 0.2141, accuracy 93.72 %   validation 0.0671, 98.05 %",
                "1,190 errors of 10,000, accuracy 88.10 %",
                "8,070 parameters, T = 3.5",
                "+4.25",
                "+3.75",
                "6.1 s: agrees with the teacher on 91.00 % of held-out images",
                "folds: 90.00 %, 92.00 %, 91.00 %",
                "10,123,456.7",
                "3 calls would take about 3720 s",
                "on cpu-simd: batch 1: 820; batch 32: 700; batch 10,000: 820",
                "CONFUSION of teacher",
                "CONFUSION of hard-labels-all"
            })
    void tellsTheFigures(String figure) {
        assertTrue(run.contains(figure), figure + " in\n" + run);
    }

    @Test
    void studentsStandSideBySide() {
        assertEquals(List.of("distilled", "hard-labels", "hard-labels-all"), cells("", "hard-labels-all"));
        assertEquals(List.of("53,869", "53,869", "60,000"), cells("training images", "60,000"));
        assertEquals(List.of("3", "3", "-"), cells("never saw", "-"));
    }

    @Test
    void noLineIsWiderThanATerminal() {
        for (String line : (run + Summary.of(SampleReport.evaluation())).lines().toList()) {
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

    /** The columns of the line that begins and ends so. */
    private List<String> cells(String begin, String end) {
        String line = run.lines()
                .filter(each -> each.strip().startsWith(begin) && each.endsWith(" " + end))
                .findFirst()
                .orElseThrow(() -> new AssertionError(run));
        return List.of(line.strip().substring(begin.length()).strip().split(" +"));
    }
}
