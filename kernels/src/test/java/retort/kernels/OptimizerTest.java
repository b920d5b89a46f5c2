package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.Fill;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Shape;
import retort.kernels.op.Spec;
import retort.kernels.op.UpdateSpec;
import retort.kernels.op.WeightDecay;

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

    /** By hand, of numbers that are exact: w 2, gradient 1, velocity 4 or moments 0, rate 0.5, decay 0.25. */
    @ParameterizedTest
    @MethodSource("engines")
    void stepsAreThoseOfTheirEquations(Subject subject) {
        SgdSpec sgd = new SgdSpec(1, 0.5f, 0.5f);
        // The velocity becomes 0.5 * 4 - 0.5 * 1.
        assertStep(subject, sgd, 3.5f, 1.5f);
        // And w moves by 0.5 * 1.5 - 0.5 * 1.
        assertStep(subject, sgd.withNesterov(), 2.25f, 1.5f);
        // A gradient of 1 + 0.25 * 2.
        assertStep(subject, sgd.with(WeightDecay.penalty(0.25f)), 3.25f, 1.25f);
        assertStep(subject, sgd.withNesterov().with(WeightDecay.penalty(0.25f)), 1.875f, 1.25f);
        // Of w 1 - 0.5 * 0.25 is left.
        assertStep(subject, sgd.with(WeightDecay.decoupled(0.25f)), 3.25f, 1.5f);
        assertStep(subject, sgd.withNesterov().with(WeightDecay.decoupled(0.25f)), 2, 1.5f);
        // The first step of Adam is of the rate's length, whatever the gradient.
        AdamSpec adam = new AdamSpec(1, 0.5f, 0.5f, 0.5f, 1e-12f);
        assertStep(subject, adam, 1.5f, 0.5f, 0.5f);
        assertStep(subject, adam.with(WeightDecay.decoupled(0.25f)), 1.25f, 0.5f, 0.5f);
        assertStep(subject, adam.with(WeightDecay.penalty(0.25f)), 1.5f, 0.75f, 1.125f);
    }

    /** @param expected w, and what is kept of it */
    private static void assertStep(Subject subject, UpdateSpec spec, float... expected) {
        int count = 37;
        UpdateSpec many = spec.sized(count);
        float[][] operands = new float[1 + expected.length][count];
        Arrays.fill(operands[0], 2);
        Arrays.fill(operands[1], 1);
        if (spec instanceof SgdSpec) {
            Arrays.fill(operands[2], 4);
        }
        float[][] results = stepped(subject, many, operands);
        for (int e = 0; e < count; e++) {
            assertEquals(expected[0], results[0][e], 1e-6f, subject.name() + " " + spec);
            for (int i = 1; i < expected.length; i++) {
                assertEquals(expected[i], results[1 + i][e], 1e-6f, subject.name() + " " + spec);
            }
        }
    }

    private static float[][] stepped(Subject subject, UpdateSpec spec, float[][] operands) {
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            Tensor[] tensors = Arrays.stream(operands)
                    .map(each -> scope.tensorOf(Shape.of(each.length), each))
                    .toArray(Tensor[]::new);
            switch (spec) {
                case SgdSpec s -> backend.sgd(s, tensors[0], tensors[1], tensors[2]);
                case AdamSpec s -> backend.adam(s, tensors[0], tensors[1], tensors[2], tensors[3], 1);
            }
            return Arrays.stream(tensors).map(backend::download).toArray(float[][]::new);
        }
    }

    /** Products too small for a normal number lose more than a share of themselves. */
    @ParameterizedTest
    @MethodSource("retort.kernels.EnginesUnderTest#all")
    void numbersBelowTheSmallestNormalOneStayWithinTheBound(Subject subject) {
        SgdSpec sgd = new SgdSpec(4097, 2, 0.5f);
        AdamSpec adam = AdamSpec.withDefaults(4097);
        List<UpdateSpec> specs = List.of(
                sgd,
                new SgdSpec(4097, 2, 0).withNesterov().with(WeightDecay.penalty(5e-4f)),
                sgd.withNesterov(),
                sgd.withNesterov().with(WeightDecay.penalty(5e-4f)),
                sgd.withNesterov().with(WeightDecay.decoupled(0.3f)),
                sgd.with(WeightDecay.penalty(0.3f)),
                sgd.with(WeightDecay.decoupled(0.3f)),
                adam.with(WeightDecay.penalty(0.3f)),
                adam.with(WeightDecay.decoupled(0.3f)));
        for (UpdateSpec spec : specs) {
            for (int seed = 0; seed < 20; seed++) {
                KernelCheck.of(spec, Fill.DENORMAL, seed).check(subject.name(), subject.backend());
            }
        }
    }

    @Test
    void ratesThatCannotBeAreRefused() {
        SgdSpec sgd = new SgdSpec(1, 2, 0);
        assertEquals(
                "sgd: learning rate 2.0 times weight decay 0.75 is more than 1, which would turn weights round",
                refused(() -> sgd.with(WeightDecay.decoupled(0.75f))));
        assertEquals("weight decay must be 0 or more and finite, got -1.0", refused(() -> WeightDecay.penalty(-1)));
        assertEquals(
                "weight decay must be 0 or more and finite, got NaN", refused(() -> WeightDecay.penalty(Float.NaN)));
        assertEquals(0, sgd.with(WeightDecay.decoupled(0.5f)).kept());
        assertEquals(WeightDecay.NONE, WeightDecay.decoupled(0));
    }

    private static String refused(Executable made) {
        return assertThrows(IllegalArgumentException.class, made).getMessage();
    }
}
