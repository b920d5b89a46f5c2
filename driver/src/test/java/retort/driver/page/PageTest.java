package retort.driver.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import retort.driver.page.Table.Cell;

class PageTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)> & \"quoted\"";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1400, false", "1400, true", "390, false", "390, true"})
    void everyKindOfChartIsDrawn(int width, boolean dark) throws IOException {
        Path file = Files.writeString(folder.resolve("page.html"), page().html());
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                Tab tab = browser.open(file.toUri(), width, dark)) {
            Drawn.check(tab, 6);
            String background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
                    .getAsString();
            assertEquals(dark ? "rgb(20, 23, 28)" : "rgb(255, 255, 255)", background);
        }
    }

    /** Of a page that is dark on the screen. */
    @Test
    void printingRedrawsTheChartsOnPaperAndThenOnTheScreen() throws IOException {
        Path file = Files.writeString(folder.resolve("page.html"), page().html());
        Path pdf = folder.resolve("page.pdf");
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                Tab tab = browser.open(file.toUri(), 1400, true)) {
            tab.print(pdf);
            assertTrue(Files.size(pdf) > 0);
            Drawn.check(tab, 6);
        }
    }

    @Test
    void whatIsSaidIsTextWhateverItHolds() throws IOException {
        Table numbers = Table.of(HOSTILE, HOSTILE).row(Cell.of(HOSTILE)).build();
        Chart chart = Chart.of(
                        HOSTILE, Axis.categories(HOSTILE, List.of(HOSTILE)), Axis.of(HOSTILE, Format.COUNT), numbers)
                .add(Series.of(HOSTILE, Series.Kind.BARS, 1).add(0, 1));
        Page page = new Page(HOSTILE).sentence(HOSTILE).section(HOSTILE, List.of(chart, Block.text(HOSTILE)));
        assertFalse(page.html().contains("<img src=x"));
        Path file = Files.writeString(folder.resolve("hostile.html"), page.html());
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                Tab tab = browser.open(file.toUri(), 1400, false)) {
            Drawn.check(tab, 1);
            assertEquals(
                    HOSTILE,
                    tab.evaluate("document.querySelector('h1').textContent").getAsString());
            assertEquals(0, tab.evaluate("document.images.length").getAsInt());
        }
    }

    @Test
    void withoutScriptsTheNumbersAreThere() {
        String html = page().html();
        assertTrue(html.contains("<details open=\"\">"), html.substring(0, 2000));
        assertTrue(html.contains("<td class=\"number\">12.00 %</td>"));
    }

    @Test
    void aSectionWithoutBlocksIsLeftOut() {
        assertFalse(new Page("page").section("nothing here", List.of()).html().contains("nothing here"));
    }

    @Test
    void csvHasAllDigitsAndQuotesWhatNeedsIt() {
        Table table = Table.of("", "name", "share")
                .row(Cell.of("a, \"b\""), Cell.of(Format.PERCENT, 0.123456789))
                .row(Cell.of("c"), Cell.of(Format.PERCENT, null))
                .build();
        assertEquals("name,share\n\"a, \"\"b\"\"\",0.123456789\nc,\n", table.csv());
    }

    @Test
    void aRowOfAnotherLengthThanTheHeaderIsRefused() {
        Table.Builder builder = Table.of("", "one", "two").row(Cell.of("1"));
        assertThrows(IllegalArgumentException.class, builder::build);
    }

    @ParameterizedTest
    @CsvSource({
        "COUNT, 27413130, '27,413,130'",
        "NUMBER, 0.12345, 0.123",
        "NUMBER, 1234.5, '1,235'",
        "PERCENT, 0.9871, 98.71 %",
        "PERCENT, 0.435, 43.50 %",
        "PERCENT, 0, 0.00 %",
        "PERCENT, 1, 100.00 %",
        "MICROS, 1.72, 1.72 µs",
        "MICROS, 1604, 1.60 ms",
        "RATIO, 943.2, 943 ×"
    })
    void numbersAreWrittenForPeople(Format format, double value, String text) {
        assertEquals(text, format.of(value));
    }

    /** Each kind of series on each kind of axis. */
    static Page page() {
        Table numbers = Table.of("", "class", "share")
                .row(Cell.of("3"), Cell.of(Format.PERCENT, 0.12))
                .build();
        Axis share = Axis.of("share", Format.PERCENT).within(0, 1);
        Axis digits = Axis.categories("digit", List.of("0", "1", "2", "3"));
        Series line = Series.of("line", Series.Kind.LINE, 1);
        Series spread = Series.of("line with spread", Series.Kind.LINE, 2);
        for (int i = 1; i <= 30; i++) {
            line.add(i, 1.0 / i);
            spread.add(i, 0.5, 0.4, 0.6);
        }
        Series bars = Series.of("bars", Series.Kind.BARS, 3);
        Series points = Series.of("points", Series.Kind.POINTS, 4);
        for (int c = 0; c < 4; c++) {
            bars.add(c, c / 4.0, c / 5.0, c / 3.0);
            points.add(c, c / 4.0);
        }
        Chart lines = Chart.of("lines", Axis.of("step", Format.COUNT), share, numbers)
                .add(line)
                .add(spread);
        Chart log = Chart.of(
                        "log",
                        Axis.of("batch", Format.COUNT).logarithmic(),
                        Axis.of("time", Format.MICROS).logarithmic(),
                        numbers)
                .add(line);
        Chart upright = Chart.of("bars", digits, share, numbers).add(bars).add(bars.asFaint());
        Chart lying = Chart.of("lying", digits, share, numbers).asLying().add(bars);
        Chart dots = Chart.of("points", digits, share, numbers)
                .add(points)
                .add(points.asFaint())
                .mark(3);
        Series ratios = Series.of("ratios", Series.Kind.POINTS, 5);
        for (int c = 0; c < 4; c++) {
            ratios.add(c, 0.5 + c, 0.4 + c, 0.6 + c);
        }
        Chart against = Chart.of(
                        "lying points", digits, Axis.of("ratio", Format.RATIO).logarithmic(), numbers)
                .asLying()
                .reference(1)
                .add(ratios);
        return new Page("Page")
                .sentence("What came out.")
                .section("Charts", List.of(lines, log, upright, lying, dots, against));
    }
}
