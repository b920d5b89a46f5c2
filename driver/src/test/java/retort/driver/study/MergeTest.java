package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.data.BadDataException;
import retort.driver.statistics.ErrorSet;

class MergeTest {
    private static final Study BEGUN = SampleStudy.begun(Grid.NAME);
    private static final Cell ONE = SampleStudy.cell(30, 1, Set.of(3), 0);
    private static final Cell TWO = SampleStudy.cell(30, 20, Set.of(3), 0);

    private final Study first = BEGUN.with(SampleStudy.teacher(0, 90)).with(SampleStudy.result(ONE, 300));

    @Test
    void joinsWhatEachPartHas() {
        Study second = BEGUN.with(SampleStudy.teacher(0, 90)).with(SampleStudy.result(TWO, 200));
        assertEquals(first.with(SampleStudy.result(TWO, 200)), merged(first, second));
    }

    @Test
    void onePartIsItself() {
        assertEquals(first, merged(first));
    }

    /** Times are no results. */
    @Test
    void equalResultsMayBeInSeveralParts() {
        Study slower = BEGUN.with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.result(ONE, 300).untimed())
                .with(SampleStudy.result(TWO, 200));
        assertEquals(first.with(SampleStudy.result(TWO, 200)), merged(first, slower));
    }

    @Test
    void refusesPartsThatSayDifferentThings() {
        refused(
                BEGUN.with(SampleStudy.result(ONE, 301)),
                "has another result for " + ONE.id() + " than a part before it; expected equal ones");
        refused(
                BEGUN.with(SampleStudy.teacher(0, 91)),
                "has another result for teacher-seed0 than a part before it; expected equal ones");
    }

    /** Its file is needed, and the study that has it trains it again. */
    @Test
    void refusesATeacherThatCouldNotBeSaved() {
        Study.TeacherResult saved = SampleStudy.teacher(0, 90);
        Study.TeacherResult unsaved = new Study.TeacherResult(0, 600, saved.test(), saved.softLabels(), null);
        Merge.Part teachers = new Merge.Part(Path.of("teachers.json"), BEGUN.with(unsaved));
        String message = assertThrows(BadDataException.class, () -> Merge.withTeachers(BEGUN, teachers, List.of(0L)))
                .getMessage();
        assertEquals(
                "teachers.json: its teacher of the seed 0 could not be saved: go on with that study first", message);
        Merge.Part again = new Merge.Part(Path.of("teachers.json"), BEGUN.with(saved));
        assertEquals(BEGUN.with(saved), Merge.withTeachers(BEGUN.with(unsaved), again, List.of(0L)));
    }

    /** They are held against each other, image for image. */
    @Test
    void refusesPartsThatWereTestedOnOtherImages() {
        Study.TeacherResult teacher = SampleStudy.teacher(1, 90);
        Study.Measured test = new Study.Measured(
                90, 0.99, teacher.test().recall(), null, 0.05, 0.01, ErrorSet.of(5_000, i -> i < 90));
        refused(
                BEGUN.with(new Study.TeacherResult(1, 600, test, teacher.softLabels(), "1234")),
                "does not fit the parts before it: its models were tested on 10000 and on 5000 images, expected the same");
    }

    @Test
    void refusesPartsOfAnotherStudy() {
        refused(SampleStudy.begun(Hinton2015.NAME), "is of the study hinton2015, expected sweep as a/study.json");
        Study.Settings other =
                new Study.Settings("hinton2015", "opencl", "MNIST", 60_000, "80 epochs", "40 epochs", "", "", "");
        refused(
                Study.begun(Grid.NAME, other, BEGUN.environment()),
                "was made with backend opencl, expected cpu-simd as a/study.json");
    }

    private void refused(Study second, String problem) {
        String message = assertThrows(BadDataException.class, () -> merged(first, second))
                .getMessage();
        assertEquals("b/study.json: " + problem, message);
    }

    private static Study merged(Study... studies) {
        Merge.Part first = new Merge.Part(Path.of("a/study.json"), studies[0]);
        return Merge.of(
                studies.length == 1
                        ? List.of(first)
                        : List.of(first, new Merge.Part(Path.of("b/study.json"), studies[1])));
    }
}
