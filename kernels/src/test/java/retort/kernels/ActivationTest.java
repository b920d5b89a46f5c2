package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.engine.HostActivation;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.ActivationSpec.Kind;

class ActivationTest {
    /** More than four vectors and a rest. */
    private static final int WIDE = 70;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    /** Values to 16 digits, from tables and by computer algebra. */
    @ParameterizedTest
    @CsvSource({
        "SIGMOID, 1, 0.7310585786300049",
        "SIGMOID, -40, 4.248354255291589e-18",
        "TANH, 0.5, 0.46211715726000976",
        "TANH, -3, -0.9950547536867305",
        "GELU, 1, 0.8413447460685429",
        "GELU, -2, -0.04550026389635844",
        "GELU, 4, 3.9998733150326675",
        "GELU, -5, -1.4332578593959731e-06",
        "SILU, 2, 1.7615941559557649",
        "SILU, -1, -0.2689414213699951",
    })
    void theDefinitionGivesKnownValues(Kind kind, double x, double expected) {
        assertEquals(expected, HostActivation.value(kind, x), 1e-14 * Math.abs(expected));
    }

    /** Around where the tail's fraction takes over from the series too. */
    @Test
    void theDefinitionsGradientsAreThoseOfItsValues() {
        double step = 1e-4;
        for (Kind kind : Kind.values()) {
            for (double x : new double[] {-6, -3, -2.99995, -0.7, 0, 0.3, 1, 2.9999, 3.0001, 5}) {
                double above = HostActivation.value(kind, x + step);
                double difference = (above - HostActivation.value(kind, x - step)) / (2 * step);
                double at = kind.differentiatesByResult() ? HostActivation.value(kind, x) : x;
                assertEquals(difference, HostActivation.derivative(kind, at), 1e-8, kind + " at " + x);
            }
        }
    }

    /** From where the exponential vanishes to where 1 is all that is left. */
    @ParameterizedTest
    @MethodSource("engines")
    void staysWithinItsBoundOverAllThatMatters(Subject subject) {
        float[] xs = new float[80_003];
        IntStream.range(0, xs.length).forEach(e -> xs[e] = (e - 40_000) * 0.0025f);
        for (Kind kind : Kind.values()) {
            assertWithin(subject, ActivationSpec.forward(kind, xs.length), xs, new float[xs.length]);
            float[] at = xs.clone();
            if (kind.differentiatesByResult()) {
                IntStream.range(0, xs.length).forEach(e -> at[e] = (float) HostActivation.value(kind, xs[e]));
            }
            float[] ones = new float[xs.length];
            Arrays.fill(ones, 1);
            assertWithin(subject, ActivationSpec.gradient(kind, xs.length), at, ones, new float[xs.length]);
        }
    }

    private static void assertWithin(Subject subject, ActivationSpec spec, float[]... inputs) {
        KernelCheck check = KernelCheck.random(spec, 1);
        int result = inputs.length - 1;
        double[] bounds = check.bounds(inputs)[result];
        float[] expected = check.run(EnginesUnderTest.reference(), inputs)[result];
        float[] actual = check.run(subject.backend(), inputs)[result];
        for (int e = 0; e < actual.length; e++) {
            assertEquals(expected[e], actual[e], bounds[e], subject + ", " + spec.id() + " of " + inputs[0][e]);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void largeArgumentsSaturateAndNotANumberStays(Subject subject) {
        for (Kind kind : Kind.values()) {
            boolean bounded = kind.differentiatesByResult();
            assertAll(subject, kind, 1e30f, bounded ? 1 : 1e30f);
            assertAll(subject, kind, -1e30f, kind == Kind.TANH ? -1 : 0);
            float[] x = new float[WIDE];
            Arrays.fill(x, Float.NaN);
            for (float y : forward(subject, kind, x)) {
                assertTrue(Float.isNaN(y), kind.toString());
            }
        }
    }

    private static void assertAll(Subject subject, Kind kind, float x, float expected) {
        float[] xs = new float[WIDE];
        Arrays.fill(xs, x);
        for (float y : forward(subject, kind, xs)) {
            assertEquals(expected, y + 0f, kind + " of " + x);
        }
    }

    private static float[] forward(Subject subject, Kind kind, float[] x) {
        KernelCheck check = KernelCheck.random(ActivationSpec.forward(kind, x.length), 1);
        return check.run(subject.backend(), new float[][] {x, new float[x.length]})[1];
    }
}
