package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import retort.driver.config.ExperimentFile;

class Hinton2015Test {
    private static final List<String> NAMED = List.of(
            "teacher",
            "student-hard",
            "student-distilled",
            "omit3",
            "omit3-oracle",
            "omit3-prior",
            "only78",
            "only78-oracle",
            "only78-prior");

    private final Hinton2015 experiments =
            new Hinton2015(ExperimentFile.recipe("hinton2015").recipe());

    @Test
    void aSeedHasTheFourStudentsOfThePaperAndTwoSweeps() {
        List<String> ids =
                experiments.cells(List.of(0L, 1L)).stream().map(Cell::id).toList();
        assertEquals(2 * (4 + 2 * 6), ids.size());
        assertEquals(
                List.of(
                        "hard-labels-w800-omitnone-seed0",
                        "soft-targets-T20-w800-omitnone-seed0",
                        "soft-targets-T20-w800-omit3-seed0",
                        "soft-targets-T20-w800-omit0+1+2+3+4+5+6+9-seed0"),
                ids.subList(0, 4));
        assertEquals(ids.size(), new HashSet<>(ids).size());
    }

    @Test
    void theWideOnesAreThoseOfThePaper() {
        List<Cell> wide = experiments.wideCells(List.of(0L, 1L));
        assertEquals(8, wide.size());
        assertTrue(wide.stream().allMatch(cell -> cell.width() == 800));
        assertEquals(experiments.cells(List.of(0L)).subList(0, 4), wide.subList(0, 4));
    }

    @Test
    void theRowsAreThoseOfThePaperThenTheSweeps() {
        List<String> ids = experiments.experiments(whole()).stream()
                .map(Study.Experiment::id)
                .toList();
        assertEquals(NAMED, ids.subList(0, NAMED.size()));
        assertEquals("width30-T1", ids.get(NAMED.size()));
        assertEquals("width300-T20", ids.getLast());
    }

    @Test
    void aRowHasEverySeedAndItsSpread() {
        Map<String, Study.Experiment> rows = rows(whole());
        Study.Experiment teacher = rows.get("teacher");
        assertEquals(List.of(0L, 1L), teacher.seeds());
        assertEquals(List.of(90, 92), teacher.errors());
        assertEquals(91, teacher.mean());
        assertEquals(Math.sqrt(2), teacher.sd(), 1e-15);
        assertEquals(67, teacher.paperErrors());
        assertNull(teacher.bias());
        assertNull(teacher.recallOmitted());

        Study.Experiment oracle = rows.get("omit3-oracle");
        assertEquals(List.of(90, 91), oracle.errors());
        assertEquals(List.of(2.0, 2.0), oracle.bias());
        assertEquals(List.of(0.9, 0.9), oracle.recallOmitted());
        assertEquals(109, oracle.paperErrors());

        Study.Experiment prior = rows.get("omit3-prior");
        assertEquals(List.of(1.5, 1.5), prior.bias());
        assertEquals(List.of(0.8, 0.8), prior.recallOmitted());
        assertNull(prior.paperErrors());
        assertEquals(206, rows.get("omit3").paperErrors());
        assertEquals(List.of(0.5, 0.5), rows.get("omit3").recallOmitted());
    }

    @Test
    void onOtherDataThereIsNothingOfThePaper() {
        Study study = SampleStudy.on("clothes", whole());
        List<Study.Experiment> rows = experiments.experiments(study);
        assertEquals(experiments.experiments(whole()).size(), rows.size());
        assertTrue(rows.stream().allMatch(row -> row.paperErrors() == null));
        Study shown = study.withExperiments(rows);
        assertFalse(StudySummary.of(shown).contains("206"));
        String page = new StudyPage(shown, "", List.of()).html();
        assertFalse(page.contains("the paper has") || page.contains("The paper tells") || page.contains("of 10,000"));
    }

    @Test
    void whatIsNotThereYetHasNoRow() {
        Study some = SampleStudy.begun(Hinton2015.NAME).with(SampleStudy.teacher(7, 90));
        assertEquals(Set.of("teacher"), rows(some).keySet());
        assertEquals(List.of(), experiments.experiments(SampleStudy.begun(Hinton2015.NAME)));
    }

    private Study whole() {
        Study study = SampleStudy.begun(Hinton2015.NAME);
        for (long seed = 0; seed < 2; seed++) {
            study = study.with(SampleStudy.teacher(seed, 90 + 2 * (int) seed));
            for (Cell cell : experiments.cells(List.of(seed))) {
                study = study.with(SampleStudy.result(cell, 100 + (int) seed));
            }
        }
        return study;
    }

    private Map<String, Study.Experiment> rows(Study study) {
        return experiments.experiments(study).stream()
                .collect(Collectors.toMap(Study.Experiment::id, Function.identity()));
    }
}
