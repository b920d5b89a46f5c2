package retort.driver.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.browser.Chromium;
import retort.driver.browser.Drawn;
import retort.driver.browser.Tab;
import retort.driver.data.Dataset;
import retort.driver.data.SyntheticSet;

class ReportPageTest {
    private static final Dataset DATA = new Dataset("digits", SyntheticSet.images(10), SyntheticSet.images(10));

    @TempDir
    private Path folder;

    private final String run = ReportPage.html(SampleReport.run(), DATA, List.of("report.json"));

    @ParameterizedTest
    @CsvSource({"1400, false", "1400, true", "390, false", "390, true"})
    void everyChartIsDrawn(int width, boolean dark) throws IOException {
        Path page = Files.writeString(folder.resolve("report.html"), run);
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                Tab tab = browser.open(page.toUri(), width, dark)) {
            Drawn.check(tab, 9);
            assertEquals(
                    4,
                    tab.evaluate("document.querySelectorAll('table.heat').length - 1")
                            .getAsInt());
            tab.await("Array.from(document.images).every(image => image.naturalWidth === 28)");
            assertEquals(4, tab.evaluate("document.images.length").getAsInt());
        }
    }

    @Test
    void itsTextIsThereWithoutScripts() {
        for (String part : List.of(
                "A student that never saw a 3 gets 6 of 10 right (606 of 1,010).",
                "hard-labels, the same network on true labels: 60.0 % of them.",
                "Training image 0, a 2",
                "3 taken for 8: 404 of 1,010 (40.00 %)",
                "3 calls would take about 3720 s",
                "gemm:m32n1200k21632",
                "retort run --seed=0")) {
            assertTrue(run.contains(part), part);
        }
    }

    @Test
    void partsThatACommandDoesNotHaveAreLeftOut() {
        String evaluation = ReportPage.html(SampleReport.evaluation(), DATA, List.of());
        for (String part : List.of("Latency", "Training", "What the teacher says", "What was never shown")) {
            assertTrue(run.contains("<h2>" + part + "</h2>"), part);
            assertEquals(-1, evaluation.indexOf("<h2>" + part + "</h2>"), part);
        }
        assertTrue(evaluation.contains("<h2>Right and wrong</h2>"));
    }
}
