package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.job.CorrectionTrials;
import retort.driver.job.CorrectionTrials.Outcome;
import retort.driver.job.CorrectionTrials.Trial;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ErrorSet;
import retort.driver.statistics.McNemar;

class CorrectionStudyTest {
    private static final int TEST = 1000;
    private static final Trial NONE =
            new Trial(CorrectionTrials.NONE, OptionalInt.empty(), List.of(outcome(0, 200)), List.of());

    /** The first draw of em that gives a bias is the second draw of prior-match. */
    @Test
    void waysAreComparedOverTheDrawsThatBothHave() {
        CorrectionStudy study = study(
                NONE,
                fitted("prior-match", 100, outcome(0, 101), outcome(1, 102), outcome(2, 103), outcome(3, 104)),
                fitted("em", 100, outcome(1, 52), outcome(3, 54)),
                fitted("bbse", 100));
        List<Contest> contests =
                study.verdicts().stream().map(Contest.Verdict::contest).toList();
        assertEquals(
                List.of("a model, prior-match", "a model, em"),
                contests.stream().map(Contest::first).toList());
        assertEquals(List.of(101, 102, 103, 104), errors(contests.getFirst().firstErrors()));
        assertEquals(List.of(200, 200, 200, 200), errors(contests.getFirst().secondErrors()));
        assertEquals(List.of(52, 54), errors(contests.get(1).firstErrors()));
        assertEquals(List.of(102, 104), errors(contests.get(1).secondErrors()));

        String text = CorrectionText.of(study);
        assertTrue(text.contains("    prior-match, 4 draws: -97.5 against none, better\n"), text);
        assertTrue(text.contains("    em, 2 draws: -50.0 against prior-match, better\n"), text);
        List<String> csv = study.files().get("comparisons.csv").get().lines().toList();
        assertTrue(csv.getFirst().startsWith("model,against,draws,"), csv.getFirst());
        assertTrue(csv.get(2).startsWith("\"a model, em\",\"a model, prior-match\",2,-50"), csv.get(2));
    }

    @Test
    void oneDrawIsComparedByMcNemar() {
        CorrectionStudy study = study(NONE, fitted("prior-match", 100, outcome(0, 150)));
        Contest.Verdict verdict = study.verdicts().getFirst();
        assertEquals(McNemar.of(errorSet(150), errorSet(200)).p(), verdict.p());
        String text = CorrectionText.of(study);
        assertTrue(text.contains("COMPARED at 100 images, on the same test images (McNemar, p of 1 by Holm)"), text);
        assertTrue(text.contains("    prior-match: -50 errors against none, better\n"), text);
    }

    @Test
    void waysThatShareNoDrawAreNotCompared() {
        CorrectionStudy study =
                study(NONE, fitted("prior-match", 100, outcome(0, 100)), fitted("em", 100, outcome(1, 50)));
        assertEquals(
                List.of("a model, prior-match"),
                study.verdicts().stream()
                        .map(verdict -> verdict.contest().first())
                        .toList());
    }

    /** The others would take as much room for each of their draws. */
    @Test
    void errorSetsAreKeptOfTheMostImagesAlone() {
        CorrectionStudy study = study(
                NONE,
                fitted("prior-match", 50, outcome(0, 120), outcome(1, 121)),
                fitted("prior-match", 100, outcome(0, 100), outcome(1, 101)));
        assertEquals(
                List.of(List.of(200), List.of(), List.of(100, 101)),
                study.rows().stream().map(row -> errors(row.wrong())).toList());
        assertEquals(List.of(0, 1), study.rows().get(1).draws());
    }

    private static CorrectionStudy study(Trial... trials) {
        return new CorrectionStudy(
                        CorrectionStudy.SCHEMA_VERSION,
                        SampleStudy.begun(Grid.NAME).environment(),
                        "test",
                        List.of())
                .with("a model", Set.of(3), List.of(trials));
    }

    private static Trial fitted(String method, int images, Outcome... outcomes) {
        int undefined = Math.max(0, 4 - outcomes.length);
        return new Trial(
                method,
                OptionalInt.of(images),
                List.of(outcomes),
                Collections.nCopies(undefined, "not one prediction"));
    }

    private static Outcome outcome(int draw, int errors) {
        return new Outcome(draw, 1, errorSet(errors), Optional.of(0.5));
    }

    private static ErrorSet errorSet(int errors) {
        return ErrorSet.of(TEST, i -> i < errors);
    }

    private static List<Integer> errors(List<ErrorSet> sets) {
        return sets.stream().map(ErrorSet::errors).toList();
    }
}
