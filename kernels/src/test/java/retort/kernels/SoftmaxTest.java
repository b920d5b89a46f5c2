package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Temperature;

class SoftmaxTest {
    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void equalLogitsShareEqually(Subject subject) {
        float[] p = softmax(subject, 3.5f, 7, 7, 7, 7);
        for (float share : p) {
            assertEquals(0.25f, share);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void temperatureDividesTheLogits(Subject subject) {
        KernelCheck check = KernelCheck.random(new SoftmaxSpec(1, 2, 2), 1);
        float[][] inputs = {{0, (float) (2 * Math.log(3))}, new float[2]};
        float[] p = check.run(subject.backend(), inputs)[1];
        double[] bounds = check.bounds(inputs)[1];
        assertEquals(0.25, p[0], bounds[0]);
        assertEquals(0.75, p[1], bounds[1]);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void hugeLogitsDoNotOverflow(Subject subject) {
        float[] p = softmax(subject, 1, 3e38f, -3e38f, 3e38f);
        assertEquals(0.5f, p[0]);
        assertEquals(0f, p[1]);
        assertEquals(0.5f, p[2]);
    }

    /** e^-87.33 is 1.183e-38, above the smallest normal number: 0 is further from it than the bound. */
    @ParameterizedTest
    @MethodSource("engines")
    void theLeastNormalProbabilitiesAreNotLost(Subject subject) {
        for (int classes : new int[] {2, 40, 140}) {
            KernelCheck check = KernelCheck.random(new SoftmaxSpec(1, classes, 1), 1);
            float[] logits = new float[classes];
            Arrays.fill(logits, -200);
            logits[0] = 0;
            logits[1] = -87.33f;
            float[] p = check.run(subject.backend(), new float[][] {logits, new float[classes]})[1];
            assertEquals(Math.exp(-87.33f), p[1], p[1] * 0x1p-12, subject + ", " + classes + " classes");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void softmaxIsRightAtTheLowestAndTheHighestTemperature(Subject subject) {
        for (float t : new float[] {Temperature.LOWEST, Temperature.HIGHEST}) {
            for (int classes : new int[] {10, 300}) {
                KernelCheck.random(new SoftmaxSpec(20, classes, t), 1)
                        .check(subject.backend().engine().id(), subject.backend());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void notANumberSpreadsOverItsRow(Subject subject) {
        for (float share : softmax(subject, 1, 1, Float.NaN, 2)) {
            assertTrue(Float.isNaN(share));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theLargestLogitIsFoundWhereverItStands(Subject subject) {
        for (int c = 0; c < 140; c++) {
            float[] logits = new float[140];
            logits[c] = 1000;
            assertEquals(1f, softmax(subject, 1, logits)[c]);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void notANumberSpreadsOverItsLongRow(Subject subject) {
        float[] logits = new float[140];
        logits[30] = Float.NaN;
        for (float share : softmax(subject, 1, logits)) {
            assertTrue(Float.isNaN(share));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void rowsSumToOneWithinTheirElementsBounds(Subject subject) {
        for (SoftmaxSpec spec :
                List.of(new SoftmaxSpec(1000, 10, 3.5f), new SoftmaxSpec(500, 37, 1), new SoftmaxSpec(50, 1000, 1))) {
            KernelCheck check = KernelCheck.random(spec, 1);
            float[] p = check.run(subject.backend())[1];
            double[] bounds = check.bounds()[1];
            for (int i = 0; i < spec.rows(); i++) {
                double sum = 0;
                double bound = 0;
                for (int e = i * spec.classes(); e < (i + 1) * spec.classes(); e++) {
                    sum += p[e];
                    bound += bounds[e];
                }
                assertEquals(1, sum, bound, subject + ", " + spec.id() + ", row " + i);
            }
        }
    }

    /** Down to the smallest normal number, and 0 or what is left of it below. */
    @ParameterizedTest
    @MethodSource("engines")
    void smallSharesAreWithinTheirBounds(Subject subject) {
        for (int classes : new int[] {2, 20, 140}) {
            SoftmaxSpec spec = new SoftmaxSpec(4000, classes, 1);
            float[][] inputs = {new float[4000 * classes], new float[4000 * classes]};
            Arrays.fill(inputs[0], -200);
            for (int i = 0; i < spec.rows(); i++) {
                inputs[0][i * classes] = 0;
                inputs[0][i * classes + 1] = -87.2f - i * 0x1p-14f;
            }
            KernelCheck check = KernelCheck.random(spec, 1);
            float[] expected = check.run(EnginesUnderTest.reference(), inputs)[1];
            float[] p = check.run(subject.backend(), inputs)[1];
            double[] bounds = check.bounds(inputs)[1];
            for (int e = 0; e < p.length; e++) {
                assertEquals(expected[e], p[e], bounds[e], subject + ", logit " + inputs[0][e]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void equalLogitsShareEquallyAtTheEndsOfTheRange(Subject subject) {
        for (float temperature : new float[] {Temperature.LOWEST, Temperature.HIGHEST}) {
            for (int classes : new int[] {2, 32, 128}) {
                KernelCheck check = KernelCheck.random(new SoftmaxSpec(33, classes, temperature), 1);
                float[] logits = new float[33 * classes];
                Arrays.fill(logits, 1e-3f);
                for (float share : check.run(subject.backend(), new float[][] {logits, new float[logits.length]})[1]) {
                    assertEquals(1f / classes, share, subject + ", T " + temperature);
                }
            }
            assertEquals(1f, softmax(subject, temperature, 3e38f, -3e38f)[0], subject + ", T " + temperature);
        }
    }

    private static float[] softmax(Subject subject, float temperature, float... logits) {
        KernelCheck check = KernelCheck.random(new SoftmaxSpec(1, logits.length, temperature), 1);
        return check.run(subject.backend(), new float[][] {logits, new float[logits.length]})[1];
    }
}
