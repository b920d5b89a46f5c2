package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.data.SyntheticSet;
import retort.kernels.op.Divergence;
import retort.nn.Loss;

class StudentTest {
    private static final Training TRAINING = new Training(Recipe.student(10), 2, 8, new Descent.Adam(0.01f, 1));

    private final Student student = new Student(
            "distilled",
            TRAINING,
            Method.SOFT_AND_HARD,
            0.25f,
            4,
            Set.of(9, 3),
            3,
            CorrectionPlan.of(List.of(BiasCorrection.Kind.PRIOR_MATCH, BiasCorrection.Kind.ORACLE)),
            Optional.of(5L));

    @Test
    void eachChangeLeavesAllElseAsItIs() {
        Training other = TRAINING.withEpochs(9);
        assertEquals(student, student.withName("x").withName("distilled"));
        assertEquals("x", student.withName("x").name());
        assertEquals(student, student.withTraining(other).withTraining(TRAINING));
        assertEquals(other, student.withTraining(other).training());
        assertEquals(student, student.withMethod(Method.LOGITS, 0).withMethod(Method.SOFT_AND_HARD, 0.25f));
        assertEquals(Method.LOGITS, student.withMethod(Method.LOGITS, 0.5f).method());
        assertEquals(0.5f, student.withMethod(Method.LOGITS, 0.5f).alpha());
        assertEquals(student, student.withTemperature(1).withTemperature(4));
        assertEquals(1, student.withTemperature(1).temperature());
        assertEquals(student, student.withOmitted(Set.of()).withOmitted(Set.of(3, 9)));
        assertEquals(Set.of(1), student.withOmitted(Set.of(1)).omitted());
        assertEquals(List.of(3, 9), List.copyOf(student.omitted()));
        assertEquals(student, student.withCorrections(CorrectionPlan.NONE).withCorrections(student.corrections()));
        assertEquals(
                CorrectionPlan.NONE,
                student.withCorrections(CorrectionPlan.NONE).corrections());
    }

    @Test
    void anotherCorrectionWithoutLabelsTakesThePlaceOfThoseThereAre() {
        assertEquals(
                List.of(BiasCorrection.Kind.ORACLE, BiasCorrection.Kind.EM),
                student.corrections()
                        .withLabelFree(List.of(BiasCorrection.Kind.EM, BiasCorrection.Kind.EM))
                        .kinds());
    }

    @Test
    void nobodyLabelsTheViewsOfAStudentWithoutATeacher() {
        Student taught = student.withTraining(TRAINING.withConsistent(true));
        assertTrue(taught.isTaughtViews());
        assertTrue(taught.withMethod(Method.LOGITS, 0).isTaughtViews());
        assertEquals(TRAINING, taught.withMethod(Method.HARD_LABELS, 1).training());
        assertEquals(TRAINING, taught.onTrueLabels("hard", 1).training());
    }

    @Test
    void aCrossValidationIsAStepMore() {
        assertEquals(2, student.steps());
        assertEquals(1, student.onTrueLabels("hard", 1).steps());
    }

    @Test
    void onTrueLabelsItLearnsFromThemAlone() {
        Student hard = student.onTrueLabels("hard", 2);
        assertEquals("hard", hard.name());
        assertEquals(Method.HARD_LABELS, hard.method());
        assertEquals(1, hard.alpha());
        assertEquals(2, hard.temperature());
        assertEquals(student.omitted(), hard.omitted());
        assertEquals(student.seed(), hard.seed());
    }

    @Test
    void itsTrainingMinimisesWhatItsMethodSays() {
        Examples examples = Examples.labelled(SyntheticSet.images(20));
        Fit fit = student.fit("fold", examples, 11);
        assertEquals(
                new Fit(
                        "fold",
                        examples,
                        null,
                        TRAINING,
                        new Loss.Distillation(new Divergence.SoftTargets(), 4, 0.25f),
                        4,
                        11),
                fit);
    }

    @Test
    void studentsAreFoundInTheOrderAskedFor() {
        Student hard = student.onTrueLabels("hard", 2);
        assertEquals(List.of(hard, student), Student.named(List.of(student, hard), List.of("hard", "distilled")));
        assertEquals(List.of(), Student.named(List.of(student), List.of("nobody")));
    }
}
