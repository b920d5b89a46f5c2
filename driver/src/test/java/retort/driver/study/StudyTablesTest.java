package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.config.ExperimentFile;
import retort.driver.job.Method;

/** What people look at: maps, the table of cells, the summary. */
class PicturesTest {
    private static final Study SWEEP = sweep();

    @Test
    void aMapPerMeasureAndWhatIsNotOnItsAxes() {
        Map<String, String> maps = HeatMaps.svgs(SWEEP);
        assertTrue(
                maps.keySet()
                        .containsAll(List.of(
                                "map-errors-omittednone-methodsoft-targets.svg",
                                "map-errors-omitted3-methodsoft-targets.svg",
                                "map-recall-omitted-omitted3-methodsoft-targets.svg",
                                "map-oracle-errors-omitted3-methodsoft-targets.svg",
                                "map-prior-match-recall-omitted-omitted3-methodsoft-targets.svg",
                                "map-calibration-error-omitted3-methodsoft-targets.svg",
                                "map-negative-log-likelihood-omitted3-methodsoft-targets.svg",
                                "teacher-soft-labels-T1.svg",
                                "teacher-soft-labels-T20.svg")),
                maps.keySet().toString());
        assertFalse(maps.containsKey("map-recall-omitted-omittednone-methodsoft-targets.svg"));
        maps.forEach((name, svg) ->
                assertTrue(svg.contains("<svg") && svg.endsWith("</svg>\n") || svg.endsWith("</svg>"), name));
    }

    /** Two seeds of 104 and 106 errors; there is no recall where nothing is omitted. */
    @Test
    void aPlaceOnAMapIsTheMeanOverTheSeeds() {
        List<Study.CellResult> whole =
                SWEEP.cells().stream().filter(cell -> cell.omitted().isEmpty()).toList();
        List<Number[]> means = HeatMaps.means(Measure.ERRORS, Axis.TEMPERATURE, Axis.WIDTH, whole);
        assertEquals(9, means.size());
        assertEquals(List.of(1, 2, 105.0), List.of(means.get(1 * 3 + 2)));
        assertEquals(List.of(), HeatMaps.means(Measure.RECALL, Axis.TEMPERATURE, Axis.WIDTH, whole));
        assertEquals(List.of("30", "100", "300"), Axis.WIDTH.values(whole));
    }

    /** One student without 3 and 4 made 200 errors, one without 3 and 8 made 300. */
    @Test
    void aMapOfPairsHasAnAxisForEitherDigit() {
        Study pairs = SampleStudy.begun(Grid.NAME)
                .with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(4, 3), 0), 200))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(3, 8), 0), 300))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(4, 8), 0), 400));
        assertTrue(Axis.of(pairs.cells()).containsAll(List.of(Axis.FIRST_OMITTED, Axis.SECOND_OMITTED)));
        assertFalse(Axis.of(SWEEP.cells()).contains(Axis.FIRST_OMITTED));
        assertTrue(HeatMaps.svgs(pairs).containsKey("map-prior-match-recall-omitted.svg"));
        List<Number[]> means = HeatMaps.means(Measure.ERRORS, Axis.FIRST_OMITTED, Axis.SECOND_OMITTED, pairs.cells());
        assertEquals(
                List.of(List.of(0, 0, 200.0), List.of(0, 1, 300.0), List.of(1, 1, 400.0)),
                means.stream().map(List::of).toList());
    }

    @Test
    void aStudyOfOneCellHasNoMapsButTheTeachers() {
        Study one = SampleStudy.begun(Grid.NAME)
                .with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.result(SampleStudy.cell(30, 1, Set.of(3), 0), 100));
        assertEquals(
                Set.of("teacher-soft-labels-T1.svg", "teacher-soft-labels-T20.svg"),
                HeatMaps.svgs(one).keySet());
    }

    @Test
    void theTableHasALineForEachCellAndAValueForEachColumn() {
        List<String> lines = CellTable.csv(SWEEP).lines().toList();
        assertEquals(SWEEP.cells().size() + 1, lines.size());
        int columns = lines.getFirst().split(",", -1).length;
        for (String line : lines) {
            assertEquals(columns, line.split(",", -1).length, line);
        }
        List<String> header = List.of(lines.getFirst().split(","));
        String[] cell = lines.stream()
                .filter(line -> line.startsWith("soft-targets-T4-w30-omit3-seed1,"))
                .findFirst()
                .orElseThrow()
                .split(",", -1);
        assertEquals("3", cell[header.indexOf("omitted")]);
        assertEquals("2.0", cell[header.indexOf("oracleBias")]);
        assertEquals("0.8", cell[header.indexOf("priorMatch.recallOmitted")]);
    }

    @Test
    void theSummaryFitsATerminalOf100Columns() {
        Hinton2015 experiments =
                new Hinton2015(ExperimentFile.recipe("hinton2015").recipe());
        Study paper = SampleStudy.begun(Hinton2015.NAME)
                .with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.teacher(1, 95));
        for (Cell cell : experiments.cells(List.of(0L, 1L))) {
            paper = paper.with(SampleStudy.result(cell, 9_000 + (int) cell.seed()));
        }
        for (Study study : List.of(SWEEP, paper.withExperiments(experiments.experiments(paper)))) {
            String summary = StudySummary.of(study);
            summary.lines().forEach(line -> assertTrue(line.length() <= 100, line));
            assertTrue(summary.startsWith("Retort study " + study.study() + "\n"), summary);
        }
    }

    @Test
    void aSweepsSummaryHasALineForWhatDiffersInMoreThanTheSeed() {
        String summary = StudySummary.of(SWEEP);
        assertEquals(
                1,
                summary.lines()
                        .filter(line -> line.startsWith("soft-targets-T4-w30-omitnone "))
                        .count(),
                summary);
        assertTrue(summary.contains("105.0 +- 1.4"), summary);
        assertTrue(summary.contains("hard-labels-w30-omit3 "), summary);
    }

    private static Study sweep() {
        Study study =
                SampleStudy.begun(Grid.NAME).with(SampleStudy.teacher(0, 90)).with(SampleStudy.teacher(1, 95));
        Grid grid = new Grid(
                List.of(Method.SOFT_TARGETS),
                List.of(1f, 4f, 20f),
                0,
                List.of(30, 100, 300),
                List.of(Set.of(), Set.of(3)),
                List.of(0L, 1L));
        for (Cell cell : grid.cells()) {
            study = study.with(SampleStudy.result(cell, cell.omitted().isEmpty() ? 104 + 2 * (int) cell.seed() : 200));
        }
        for (long seed = 0; seed < 2; seed++) {
            study = study.with(SampleStudy.result(new Cell(Method.HARD_LABELS, 1, 1, 30, Set.of(3), seed), 400));
        }
        return study;
    }
}
