package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Divergence;
import retort.nn.Loss;

class MethodTest {
    private static final int COUNT = 20;

    private final ImageSet images = SyntheticSet.images(COUNT);
    private final Logits teacher = new Logits(new float[COUNT * ImageSet.CLASSES], ImageSet.CLASSES);

    @Test
    void eachMinimisesWhatItsPaperSays() {
        assertEquals(new Loss.Distillation(new Divergence.SoftTargets(), 20, 0), standard(Method.SOFT_TARGETS));
        assertEquals(new Loss.Distillation(new Divergence.SoftTargets(), 20, 0.1f), standard(Method.SOFT_AND_HARD));
        assertEquals(new Loss.Distillation(new Divergence.LogitError(), 20, 0), standard(Method.LOGITS));
        assertEquals(new Loss.Distillation(new Divergence.Decoupled(1, 8), 20, 0.5f), standard(Method.DECOUPLED));
        assertEquals(new Loss.Distillation(new Divergence.Standardized(), 20, 0), standard(Method.STANDARDIZED));
        assertEquals(new Loss.CrossEntropy(20, Targets.SOFT), standard(Method.SMOOTHED_LABELS));
        assertEquals(new Loss.CrossEntropy(20, Targets.HARD), standard(Method.HARD_LABELS));
    }

    @ParameterizedTest
    @EnumSource
    void itsExamplesHaveTheTargetsThatItsLossReads(Method method) {
        Examples examples = method.examples(images, method.distils() ? teacher : null);
        assertEquals(standard(method).targetSize(ImageSet.CLASSES), examples.targetSize());
        assertEquals(COUNT, examples.size());
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsName(Method method) {
        assertEquals(Optional.of(method), Method.byId(method.id()));
        assertTrue(Method.ids().contains(method.id()));
        assertEquals(Optional.empty(), Method.byId(method.name()));
    }

    @Test
    void itsLabelsAndItsShareOfThemAreItsOwnButForOne() {
        assertEquals("hard", Method.HARD_LABELS.labels());
        assertEquals("smoothed", Method.SMOOTHED_LABELS.labels());
        assertEquals("soft", Method.LOGITS.labels());
        for (Method method : Method.values()) {
            assertEquals(method == Method.SOFT_AND_HARD, method.mixesAsAsked());
            assertEquals(method == Method.SOFT_AND_HARD ? 0.75f : method.alpha(), method.alpha(0.75f));
            assertEquals(method.labels().equals("soft"), method.distils());
        }
    }

    private static Loss standard(Method method) {
        return method.loss(20, method.alpha());
    }
}
