package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.config.ExperimentFile;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.Training;

class CellTest {
    private static final Recipe STUDY = ExperimentFile.recipe("hinton2015").recipe();

    @Test
    void itsStudentIsTheStudysButForWhatItSays() {
        Cell cell = new Cell(Method.SOFT_AND_HARD, 8, 0.3f, 30, Set.of(7, 8), 5);
        Student student = cell.student(STUDY);
        Student standard = STUDY.distilled();
        assertEquals(cell.id(), student.name());
        assertEquals(Method.SOFT_AND_HARD, student.method());
        assertEquals(8, student.temperature());
        assertEquals(0.3f, student.alpha());
        assertEquals(Set.of(7, 8), student.omitted());
        assertEquals(standard.training().withArchitecture(Recipe.student(30)), student.training());
        assertEquals(standard.folds(), student.folds());
    }

    /** The paper's student on true labels sees images as they are, whatever the distilled ones are shown. */
    @Test
    void withoutATeacherItIsTrainedAsTheRecipesOwnOneIs() {
        Recipe longer = ExperimentFile.recipe("hinton2015-long").recipe();
        Training plain = new Cell(Method.HARD_LABELS, 1, 1, 800, Set.of(), 0)
                .student(longer)
                .training();
        assertEquals(longer.labelled().training(), plain);
        assertEquals(0, plain.jitter());
        Training distilled = new Cell(Method.SOFT_TARGETS, 20, 0, 800, Set.of(), 0)
                .student(longer)
                .training();
        assertEquals(longer.distilled().training(), distilled);
        assertTrue(distilled.jitter() > 0 && distilled.consistent());
    }

    @Test
    void trueLabelsAreLearnedAtATemperatureOfOne() {
        Cell cell = new Cell(Method.HARD_LABELS, 20, 1, 800, Set.of(), 0);
        assertEquals(1, cell.student(STUDY).temperature());
    }
}
