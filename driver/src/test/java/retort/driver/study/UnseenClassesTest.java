package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.page.Chart;

/** Soft labels of a class beside recall on it. */
class UnseenClassesTest {
    /** A teacher whose soft labels of class c tell of 3 by c / 1000, and of a class by nothing else. */
    private static Study withTeacher() {
        List<List<Double>> mean = new ArrayList<>();
        for (int label = 0; label < ImageSet.CLASSES; label++) {
            double told = label / 1000.0;
            mean.add(IntStream.range(0, ImageSet.CLASSES)
                    .mapToObj(c -> c == 3 ? told : 0.0)
                    .toList());
        }
        mean.set(5, null);
        Study.TeacherResult sample = SampleStudy.teacher(0, 90);
        return SampleStudy.begun(Grid.NAME)
                .with(new Study.TeacherResult(0, 1, sample.test(), List.of(new Study.SoftLabels(20, mean)), "1"));
    }

    @Test
    void theShareIsTheMeanOverTheClassesThatWereSeen() {
        Study study = withTeacher().with(SampleStudy.result(SampleStudy.cell(30, 20, Set.of(3, 9), 0), 200));
        List<UnseenClasses.Row> rows = new UnseenClasses(study).rows();
        assertEquals(List.of(3, 9), rows.stream().map(UnseenClasses.Row::unseen).toList());
        assertEquals((0 + 1 + 2 + 4 + 6 + 7 + 8) / 7.0 / 1000, rows.getFirst().share(), 1e-12);
        assertEquals(8, rows.getFirst().most());
        assertEquals(0.98, rows.getFirst().recall());
        assertEquals(0.98, rows.getFirst().priorRecall());
    }

    @Test
    void aStudentWithoutATeacherOrOfAnotherTemperatureHasNoRow() {
        Study study = withTeacher()
                .with(SampleStudy.result(new Cell(Method.HARD_LABELS, 1, 1, 30, Set.of(3), 0), 400))
                .with(SampleStudy.result(SampleStudy.cell(30, 4, Set.of(3), 0), 200))
                .with(SampleStudy.result(SampleStudy.cell(30, 20, Set.of(3), 1), 200));
        assertEquals(List.of(), new UnseenClasses(study).rows());
        assertEquals(List.of(), new UnseenClasses(study).charts());
    }

    @Test
    void aPointOfEachClassIsDrawnAndTheNoteHasTheCorrelation() {
        Study study = SampleStudy.begun(Grid.NAME).with(SampleStudy.teacher(0, 90));
        for (int c = 0; c < ImageSet.CLASSES; c++) {
            study = study.with(SampleStudy.result(SampleStudy.cell(30, 20, Set.of(c), 0), 200 + c));
        }
        List<Chart> charts = new UnseenClasses(study).charts();
        assertEquals(2, charts.size());
        for (Chart chart : charts) {
            assertEquals(2, chart.series().size());
            assertEquals(10, chart.series().getFirst().points().size());
            assertTrue(chart.note().endsWith("not defined as trained, not defined after prior-match."), chart.note());
        }
        List<String> lines = new UnseenClasses(study).table().csv().lines().toList();
        assertTrue(lines.get(4).startsWith("3,soft-targets-T20-w30-omit3-seed0,0.01"), lines.get(4));
    }
}
