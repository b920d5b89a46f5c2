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
        float[][] results = run(subject, spec, new float[] {0, (float) Math.log(9)}, new float[] {0});
        assertEquals(-0.9, results[2][0], 1e-6);
        assertEquals(0.9, results[2][1], 1e-6);
        assertEquals(Math.log(10), results[3][0], 1e-6);
        assertEquals(0, results[3][1]);
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
        float[][] results = run(subject, spec, new float[] {0, z, 0, z}, new float[] {0.3f, 0.7f, 0.3f, 0.7f});
        assertEquals((0.1 - 0.3) / 4, results[2][0], 1e-7);
        assertEquals((0.9 - 0.7) / 4, results[2][1], 1e-7);
        assertEquals(-0.3 * Math.log(0.1) - 0.7 * Math.log(0.9), results[3][0], 1e-6);
        assertEquals(1, results[3][1]);
    }

    private static float[][] run(Subject subject, CrossEntropySpec spec, float[] logits, float[] targets) {
        float[][] inputs = {
            logits,
            targets,
            new float[logits.length],
            new float[spec.outcomeShape().size()]
        };
        return KernelCheck.random(spec, 1).run(subject.backend(), inputs);
    }
}
