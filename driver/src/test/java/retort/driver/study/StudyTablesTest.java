package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.job.Method;
import retort.driver.page.Table;

/** Tables and the summary. */
class StudyTablesTest {
    private static final Study SWEEP = SampleStudy.sweep();

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
    void everyTableHasAFile() {
        Map<String, Table> tables = new StudyTables(SampleStudy.paper()).all();
        assertEquals(
                List.of(
                        "experiments.csv",
                        "students.csv",
                        "comparisons.csv",
                        "teachers.csv",
                        "soft-labels.csv",
                        "unseen.csv"),
                List.copyOf(tables.keySet()));
        List<String> experiments = tables.get("experiments.csv").csv().lines().toList();
        assertTrue(experiments.get(0).startsWith("experiment,seeds,test errors,± errors,paper,"), experiments.get(0));
        assertEquals("student-hard,2,9000.5,0.7071067811865476,146.0,,,,", experiments.get(2));
        assertEquals(1 + 2 * 100, tables.get("soft-labels.csv").csv().lines().count());
    }

    /** The sample's students name the first images wrong, each correction ten less. */
    @Test
    void studentsAreHeldAgainstEachOtherAndJudgedTogether() {
        List<String> contests = new StudyContests(SWEEP)
                .verdicts().stream()
                        .map(verdict -> verdict.contest().first() + " - "
                                + verdict.contest().second() + ": " + verdict.text())
                        .toList();
        assertEquals(9 + 1 + 3, contests.size(), contests.toString());
        assertTrue(
                contests.contains("soft-targets-T4-w100-omit3, prior-match - soft-targets-T4-w100-omit3: better"),
                contests.toString());
        assertTrue(contests.contains("soft-targets-T4-w30-omit3 - hard-labels-w30-omit3: better"), contests.toString());
        assertTrue(contests.stream().noneMatch(line -> line.contains("omitnone")), contests.toString());
    }

    @Test
    void correctionsHaveATableAndPriorMatchIsWhatTheyAreHeldAgainst() {
        Study.CellResult cell = SWEEP.cells().stream()
                .filter(each -> each.id().equals("soft-targets-T4-w30-omit3-seed1"))
                .findFirst()
                .orElseThrow();
        Study.CellResult corrected = SampleStudy.withCorrections(
                cell,
                List.of(
                        new Correction("em", new Study.Corrected(1, SampleStudy.measured(150, 0.9)), null),
                        new Correction("bbse", null, "because")));
        Study study = SampleStudy.begun(Grid.NAME).with(corrected);
        List<String> rows = new StudyTables(study)
                .all()
                .get("corrections.csv")
                .csv()
                .lines()
                .toList();
        assertEquals("soft-targets-T4-w30-omit3,prior-match,1,0,190.0,-,0.8,-,", rows.get(1));
        assertEquals("soft-targets-T4-w30-omit3,em,1,0,150.0,-,0.9,-,better", rows.get(2));
        assertEquals("soft-targets-T4-w30-omit3,bbse,1,1,,,,,", rows.get(3));
        String summary = StudySummary.of(study);
        summary.lines().forEach(line -> assertTrue(line.length() <= 100, line));
        assertTrue(summary.contains("  bbse                         0                -"), summary);
        assertTrue(summary.matches("(?s).*-40 errors \\(95 %: -5\\d to -2\\d\\), p < 0.0001: better.*"), summary);
    }

    @ParameterizedTest
    @CsvSource({"8, false", "9, true"})
    void moreComparisonsThanThereIsRoomForAreSaidToFollow(int comparisons, boolean more) {
        Study study = SampleStudy.begun(Grid.NAME)
                .with(SampleStudy.result(new Cell(Method.HARD_LABELS, 1, 1, 30, Set.of(), 0), 400));
        for (int t = 1; t <= comparisons; t++) {
            study = study.with(SampleStudy.result(SampleStudy.cell(30, t, Set.of(), 0), 100));
        }
        String summary = StudySummary.of(study);
        assertTrue(summary.contains(": " + comparisons + " of " + comparisons + " differ"), summary);
        assertEquals(more, summary.contains("and so on"), summary);
    }

    @Test
    void theSummaryFitsATerminalOf100Columns() {
        for (Study study : List.of(SWEEP, SampleStudy.paper())) {
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
}
