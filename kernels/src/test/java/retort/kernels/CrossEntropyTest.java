package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.CrossEntropySpec.Targets;

class CrossEntropyTest {
    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    /** Two classes, logits 0 and ln 9 at T = 1: p = 0.1, 0.9. Target 0: loss ln 10, gradient -0.9, 0.9. */
    @ParameterizedTest
    @MethodSource("engines")
    void aHandWorkedHardTarget(Subject subject) {
        CrossEntropySpec spec = new CrossEntropySpec(1, 2, 1, Targets.HARD);
        assertRow(subject, spec, new float[] {0, (float) Math.log(9)}, new float[] {0}, Math.log(10), 0, -0.9, 0.9);
    }

    /**
     * Logits 0 and 2 ln 9 at T = 2 give p = 0.1, 0.9; target 0.3, 0.7; the gradient is halved by T and again by two
     * rows.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void aHandWorkedSoftTarget(Subject subject) {
        CrossEntropySpec spec = new CrossEntropySpec(2, 2, 2, Targets.SOFT);
        float z = (float) (2 * Math.log(9));
        double loss = -0.3 * Math.log(0.1) - 0.7 * Math.log(0.9);
        float[] targets = {0.3f, 0.7f, 0.3f, 0.7f};
        assertRow(subject, spec, new float[] {0, z, 0, z}, targets, loss, 1, (0.1 - 0.3) / 4, (0.9 - 0.7) / 4);
    }

    /** Holds the first row against what was worked out by hand, within the spec's bound. */
    private static void assertRow(
            Subject subject,
            CrossEntropySpec spec,
            float[] logits,
            float[] targets,
            double loss,
            int hit,
            double... dLogits) {
        float[][] inputs = {
            logits,
            targets,
            new float[logits.length],
            new float[spec.outcomeShape().size()]
        };
        KernelCheck check = KernelCheck.random(spec, 1);
        float[][] results = check.run(subject.backend(), inputs);
        double[][] bounds = check.bounds(inputs);
        for (int c = 0; c < dLogits.length; c++) {
            assertEquals(dLogits[c], results[2][c], bounds[2][c], "class " + c);
        }
        assertEquals(loss, results[3][0], bounds[3][0]);
        assertEquals(hit, results[3][1]);
    }
}
