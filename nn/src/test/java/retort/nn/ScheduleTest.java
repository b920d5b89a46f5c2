package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;

class ScheduleTest {
    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static void assertSteps(Schedule schedule, float... expected) {
        float[] actual = new float[expected.length];
        for (int step = 1; step <= expected.length; step++) {
            actual[step - 1] = schedule.at(step);
        }
        assertArrayEquals(expected, actual);
    }

    @Test
    void aConstantIsTheSameAtEveryStep() {
        assertSteps(Schedule.constant(0.5f), 0.5f, 0.5f, 0.5f);
        assertEquals(0.5f, Schedule.constant(0.5f).at(Integer.MAX_VALUE));
    }

    @Test
    void anExponentialChangesByOneFactorAndEndsThere() {
        assertSteps(Schedule.exponential(16, 1, 4), 16, 8, 4, 2, 1, 1, 1);
        assertSteps(Schedule.exponential(1, 4, 2), 1, 2, 4, 4);
        assertSteps(Schedule.exponential(3, 7, 1), 3, 7, 7);
        assertEquals(1, Schedule.exponential(16, 1, 4).at(Integer.MAX_VALUE));
    }

    @Test
    void aCosineFallsSlowlyFastAndSlowly() {
        assertSteps(Schedule.cosine(2, 0, 2), 2, 1, 0, 0);
        assertSteps(Schedule.cosine(1, 0.5f, 3), 1, 0.875f, 0.625f, 0.5f, 0.5f);
        assertEquals(0.25f, Schedule.cosine(1, 0.25f, 7).at(Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> Schedule.cosine(1, Float.NaN, 2));
        assertThrows(IllegalArgumentException.class, () -> Schedule.cosine(1, 0, 0));
    }

    @Test
    void stepsMultiplyBehindEachOfThem() {
        assertSteps(Schedule.steps(8, 0.5f, 2, 3), 8, 8, 4, 2, 2);
        assertSteps(Schedule.steps(8, 0.5f), 8, 8);
        assertThrows(IllegalArgumentException.class, () -> Schedule.steps(1, 0, 2));
    }

    @Test
    void aLineChangesByOneAmountAndEndsThere() {
        assertSteps(Schedule.linear(0.5f, 1, 4), 0.5f, 0.625f, 0.75f, 0.875f, 1, 1);
        assertSteps(Schedule.linear(3, -1, 2), 3, 1, -1, -1);
        assertEquals(1, Schedule.linear(0.5f, 1, 4).at(Integer.MAX_VALUE));
    }

    @Test
    void refusesWhatHasNoCourse() {
        assertThrows(IllegalArgumentException.class, () -> Schedule.exponential(0, 1, 4));
        assertThrows(IllegalArgumentException.class, () -> Schedule.exponential(1, -1, 4));
        assertThrows(IllegalArgumentException.class, () -> Schedule.exponential(1, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> Schedule.linear(Float.NaN, 1, 4));
        assertThrows(IllegalArgumentException.class, () -> Schedule.linear(0, 1, 0));
    }

    /** Gradient 1 throughout: velocities -1, -(0.5 + 0.5), -(0.75 + 0.25), so w falls by 1 at each step. */
    @ParameterizedTest
    @MethodSource("engines")
    void descentFollowsItsRateAndItsMomentum(Subject subject) {
        Schedule rate = step -> new float[] {1, 0.5f, 0.25f}[step - 1];
        Schedule momentum = step -> new float[] {0.9f, 0.5f, 0.75f}[step - 1];
        assertFalls(subject.backend(), new Sgd(subject.backend(), rate, momentum), -1, -2, -3);
    }

    /**
     * Under a constant gradient Adam moves by its rate, within the roundings of a square root, a division and a
     * difference.
     */
    @Test
    void adamFollowsItsRate() {
        Backend backend = EnginesUnderTest.reference();
        Schedule rate = Schedule.exponential(1, 0.25f, 2);
        assertFalls(backend, new Adam(backend, rate, 0.5f, 0.5f, 1e-30f), -1, -1.5f, -1.75f);
    }

    private static void assertFalls(Backend backend, Optimizer optimizer, float... expected) {
        try (optimizer;
                Scope scope = backend.scope()) {
            Parameter parameter = new Parameter("w", scope.filled(Shape.of(1), 0));
            for (float w : expected) {
                optimizer.beginStep(scope);
                Tensor gradient = optimizer.destination(parameter);
                backend.fill(gradient, 1);
                optimizer.written(parameter, gradient);
                assertEquals(w, backend.download(parameter.value())[0], 4 * Math.ulp(w));
            }
        }
    }
}
