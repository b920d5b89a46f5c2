package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Divergence;
import retort.kernels.op.Shape;

/** What a loss writes for a batch of two, against its equation worked out here. */
class LossTest {
    private static final int CLASSES = 3;
    private final float[] logits = {1, 2, 3, 0, 0, -1};

    /** Gradient and outcome. */
    private record Result(float[] gradient, float[] outcome) {}

    private Result apply(Loss loss, float... targets) {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Scope scope = backend.scope()) {
            assertEquals(targets.length, 2 * loss.targetSize(CLASSES));
            Tensor z = scope.tensorOf(Shape.of(2, CLASSES), logits);
            Tensor t = scope.tensorOf(Shape.of(2, targets.length / 2), targets);
            Tensor dLogits = scope.filled(z.shape(), Float.NaN);
            Tensor outcome = scope.filled(Shape.of(2, 2), Float.NaN);
            loss.apply(backend, z, t, dLogits, outcome);
            return new Result(backend.download(dLogits), backend.download(outcome));
        }
    }

    private double[] softmax(int row, double temperature) {
        double[] p = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            p[c] = Math.exp(logits[row * CLASSES + c] / temperature);
        }
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 3.5f})
    void crossEntropyWithLabelsIsMinusTheLogOfTheirProbability(float temperature) {
        Result result = apply(new Loss.CrossEntropy(temperature, Targets.HARD), 2, 1);
        for (int row = 0; row < 2; row++) {
            int label = row == 0 ? 2 : 1;
            double[] p = softmax(row, temperature);
            assertEquals(-Math.log(p[label]), result.outcome()[2 * row], 1e-5);
            for (int c = 0; c < CLASSES; c++) {
                double gradient = (p[c] - (c == label ? 1 : 0)) / (2 * temperature);
                assertEquals(gradient, result.gradient()[row * CLASSES + c], 1e-6);
            }
        }
        assertEquals(1, result.outcome()[1], "the first row's largest logit is its label's");
        assertEquals(0, result.outcome()[3], "of equals the lowest counts");
    }

    @Test
    void crossEntropyWithProbabilitiesIsTheirMean() {
        Result result = apply(new Loss.CrossEntropy(2, Targets.SOFT), 0.5f, 0.25f, 0.25f, 0, 1, 0);
        double[] p = softmax(0, 2);
        double loss = -0.5 * Math.log(p[0]) - 0.25 * Math.log(p[1]) - 0.25 * Math.log(p[2]);
        assertEquals(loss, result.outcome()[0], 1e-5);
        assertEquals((p[0] - 0.5) / 4, result.gradient()[0], 1e-6);
    }

    @Test
    void distillationMixesTheDistanceFromTheTeacherWithTheTrueClass() {
        Loss loss = new Loss.Distillation(new Divergence.LogitError(), 4, 0.25f);
        Result result = apply(loss, 2, 2, 2, 0, 1, 0, 3, 1);
        double[] p = softmax(0, 1);
        assertEquals(0.25 * -Math.log(p[0]) + 0.75 * (1 + 0 + 1) / (2 * CLASSES), result.outcome()[0], 1e-5);
        assertEquals((0.25 * (p[0] - 1) + 0.75 * (1 - 2) / CLASSES) / 2, result.gradient()[0], 1e-6);
        double[] q = softmax(1, 1);
        assertEquals(0.25 * -Math.log(q[1]) + 0.75 * (1 + 0 + 16) / (2 * CLASSES), result.outcome()[2], 1e-5);
    }

    @Test
    void distillationBySoftTargetsIsTheirDivergenceTimesTheTemperatureSquared() {
        Result same = apply(new Loss.Distillation(new Divergence.SoftTargets(), 4, 0), 1, 2, 3, 0, 0, 0, -1, 0);
        assertEquals(0, same.outcome()[0], 1e-6);
        assertEquals(1, same.outcome()[1], "both name the same class");
        Result result = apply(new Loss.Distillation(new Divergence.SoftTargets(), 4, 0), 3, 2, 1, 0, 0, 0, -1, 0);
        double[] q = softmax(0, 4);
        double divergence = 0;
        for (int c = 0; c < CLASSES; c++) {
            divergence += q[2 - c] * Math.log(q[2 - c] / q[c]);
        }
        assertEquals(16 * divergence, result.outcome()[0], 1e-5);
        assertEquals(4 * (q[0] - q[2]) / 2, result.gradient()[0], 1e-6);
    }

    @Test
    void targetsOfAnotherLossAreRefused() {
        assertEquals(1, new Loss.CrossEntropy(1, Targets.HARD).targetSize(7));
        assertEquals(7, new Loss.CrossEntropy(1, Targets.SOFT).targetSize(7));
        assertEquals(8, new Loss.Distillation(new Divergence.SoftTargets(), 1, 0).targetSize(7));
        Loss soft = new Loss.CrossEntropy(1, Targets.SOFT);
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Scope scope = backend.scope()) {
            Tensor z = scope.tensorOf(Shape.of(2, CLASSES), logits);
            Tensor labels = scope.tensor(2, 1);
            Tensor outcome = scope.tensor(2, 2);
            assertThrows(IllegalArgumentException.class, () -> soft.apply(backend, z, labels, scope.like(z), outcome));
        }
    }
}
