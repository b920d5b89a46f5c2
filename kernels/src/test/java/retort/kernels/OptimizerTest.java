package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Spec;

class OptimizerTest {
    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void stateThatDecaysEndsAtZeroBeforeItIsDenormal(Subject subject) {
        float[] state = new float[37];
        Arrays.fill(state, 1.05f * Spec.STATE_FLOOR);
        AdamSpec adam = new AdamSpec(state.length, 1e-3f, 0.9f, 0.9f, 1e-7f);
        float[][] adamResults = KernelCheck.random(adam, 1)
                .run(subject.backend(), new float[][] {new float[37], new float[37], state.clone(), state.clone()});
        SgdSpec sgd = new SgdSpec(state.length, 0.1f, 0.9f);
        float[][] sgdResults = KernelCheck.random(sgd, 1)
                .run(subject.backend(), new float[][] {new float[37], new float[37], state.clone()});
        assertArrayEquals(new float[37], adamResults[2]);
        assertArrayEquals(new float[37], adamResults[3]);
        assertArrayEquals(new float[37], sgdResults[2]);
    }
}
