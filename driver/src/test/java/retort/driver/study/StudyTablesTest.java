package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
                List.of("experiments.csv", "students.csv", "teachers.csv", "soft-labels.csv"),
                List.copyOf(tables.keySet()));
        List<String> experiments = tables.get("experiments.csv").csv().lines().toList();
        assertTrue(experiments.get(0).startsWith("experiment,seeds,test errors,± errors,paper,"), experiments.get(0));
        assertEquals("student-hard,2,9000.5,0.7071067811865476,146.0,,,,", experiments.get(2));
        assertEquals(1 + 2 * 100, tables.get("soft-labels.csv").csv().lines().count());
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
