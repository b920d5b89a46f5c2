package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.browser.Chromium;
import retort.driver.browser.Drawn;
import retort.driver.browser.Tab;
import retort.driver.page.HeatMap;

class StudyPageTest {
    private static final Study SWEEP = SampleStudy.sweep();
    private static final Study PAPER = SampleStudy.paper();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1400, false", "1400, true", "390, false", "390, true"})
    void everyChartIsDrawn(int width, boolean dark) throws IOException {
        try (Chromium browser = Chromium.start(folder.resolve("profile"))) {
            check(browser, PAPER, width, dark, 4, 5);
            check(browser, SWEEP, width, dark, 6, 13);
        }
    }

    private void check(Chromium browser, Study study, int width, boolean dark, int charts, int maps)
            throws IOException {
        Path page = Files.writeString(folder.resolve(study.study() + ".html"), html(study));
        try (Tab tab = browser.open(page.toUri(), width, dark)) {
            Drawn.check(tab, charts);
            assertEquals(
                    maps,
                    tab.evaluate("document.querySelectorAll('table.heat').length")
                            .getAsInt());
        }
    }

    @Test
    void itSaysTheResultInASentence() {
        assertTrue(html(PAPER)
                .contains("A student of two layers of 800 units makes 9,000.5 test errors on true labels and "
                        + "9,000.5 distilled; the paper has 146 and 74. One that never saw a 3 names 50.00 % of "
                        + "them right, and 80.00 % once one bias is raised that no label was read for."));
        assertTrue(html(SWEEP)
                .contains("38 students of 19 kinds over 2 seeds. Fewest test errors: "
                        + "soft-targets-T1-w30-omitnone with 105."));
    }

    @Test
    void itsTextIsThereWithoutScripts() {
        String paper = html(PAPER);
        for (String part : List.of("omit3-oracle", "1,320", "class 2 to images of 3: 1.000 %", "retort study")) {
            assertTrue(paper.contains(part), part);
        }
        assertFalse(html(SWEEP).contains("Experiments of Hinton, Vinyals and Dean 2015"));
    }

    /** Two seeds of 104 and 106 errors; there is no recall where nothing is omitted. */
    @Test
    void aPlaceOnAMapIsTheMeanOverTheSeeds() {
        Panel whole = Panel.of(SWEEP).getFirst();
        assertEquals("omitted none, method soft-targets", whole.group());
        assertArrayEquals(new double[] {104, 106}, whole.at(Measure.ERRORS, "4", "300"));
        assertFalse(whole.has(Measure.RECALL));
        assertEquals(List.of("30", "100", "300"), whole.rows());
        HeatMap.Cell cell =
                new HeatMaps(SWEEP).of(Measure.ERRORS).getFirst().cells().get(2).get(1);
        assertEquals("105", cell.text());
        assertEquals("temperature 4, width 300: 105 ± 1.414, 2 seeds", cell.tip());
    }

    /** One student without 3 and 4 made 200 errors, one without 3 and 8 made 300. */
    @Test
    void aMapOfPairsHasAnAxisForEitherDigit() {
        Study pairs = SampleStudy.begun(Grid.NAME)
                .with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(4, 3), 0), 200))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(3, 8), 0), 300))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(4, 8), 0), 400));
        assertFalse(Factor.of(SWEEP.cells()).contains(Factor.FIRST_OMITTED));
        HeatMap map = new HeatMaps(pairs).of(Measure.ERRORS).getFirst();
        assertEquals(List.of("3", "4"), map.columnNames());
        assertEquals(List.of("4", "8"), map.rowNames());
        assertEquals(
                List.of(List.of("200", ""), List.of("300", "400")),
                map.cells().stream()
                        .map(row -> row.stream().map(HeatMap.Cell::text).toList())
                        .toList());
        assertTrue(Panel.of(pairs).getFirst().chart(Measure.ERRORS).isEmpty());
    }

    @Test
    void aStudyOfOneStudentHasNoMapsButTheTeachers() {
        Study one = SampleStudy.begun(Grid.NAME)
                .with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(3), 0), 100));
        assertEquals(List.of(), Panel.of(one));
        assertEquals(2, new HeatMaps(one).softLabels().size());
        assertTrue(html(one).contains("1 student of 1 kind over 1 seed."));
    }

    private static String html(Study study) {
        return new StudyPage(study, "retort study " + study.study(), List.of(StudyFile.NAME)).html();
    }
}
