package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;

class Pool2dTest {
    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static float[] forward(Subject subject, Pool2dSpec spec, float... x) {
        float[][] inputs = {x, new float[spec.yShape().size()]};
        return KernelCheck.random(spec, 1).run(subject.backend(), inputs)[1];
    }

    private static float[] averageGradient(Subject subject, Pool2dSpec spec, float... dY) {
        float[][] inputs = {dY, new float[spec.xShape().size()]};
        return KernelCheck.random(spec.as(Pass.GRADIENT), 1).run(subject.backend(), inputs)[1];
    }

    private static float[] gradient(Subject subject, Pool2dSpec spec, float[] x, float... dY) {
        float[][] inputs = {x, dY, new float[x.length]};
        return KernelCheck.random(spec.as(Pass.GRADIENT), 1).run(subject.backend(), inputs)[2];
    }

    /** Two channels of a 4 x 4 image in windows of 2 x 2: the second channel is the first one's negative. */
    @ParameterizedTest
    @MethodSource("engines")
    void windowsSideBySideByHand(Subject subject) {
        float[] x = new float[32];
        float[] first = {1, 2, 5, 4, 3, 0, 6, 7, 9, 9, -1, -2, 8, 9, -3, -4};
        for (int e = 0; e < 16; e++) {
            x[2 * e] = first[e];
            x[2 * e + 1] = -first[e];
        }
        Pool2dSpec spec = Pool2dSpec.max(1, 4, 4, 2, 2);
        assertArrayEquals(new float[] {3, -0f, 7, -4, 9, -8, -1, 4}, forward(subject, spec, x));
    }

    /** Windows of 3 by a step of 2 share the middle row; its 9 is the largest of both, so both gradients meet there. */
    @ParameterizedTest
    @MethodSource("engines")
    void gradientsMeetWhereWindowsOverlap(Subject subject) {
        Pool2dSpec spec = new Pool2dSpec(Pool2dSpec.Kind.MAX, Pass.FORWARD, 1, 5, 1, 1, 3, 1, 2, 0);
        float[] x = {1, 2, 9, 3, 4};
        assertArrayEquals(new float[] {9, 9}, forward(subject, spec, x));
        assertArrayEquals(new float[] {0, 0, 7, 0, 0}, gradient(subject, spec, x, 5, 2));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void ofEqualsTheFirstTakesTheGradient(Subject subject) {
        Pool2dSpec spec = Pool2dSpec.max(1, 2, 2, 1, 2);
        assertArrayEquals(new float[] {0, 3, 0, 0}, gradient(subject, spec, new float[] {1, 4, 4, 4}, 3));
        assertArrayEquals(new float[] {3, 0, 0, 0}, gradient(subject, spec, new float[] {-0f, 0, 0, 0}, 3));
    }

    /** A window that hangs over the image's edge has the image's negative numbers, not zeros of the padding. */
    @ParameterizedTest
    @MethodSource("engines")
    void paddingIsNeverTheLargest(Subject subject) {
        Pool2dSpec spec = Pool2dSpec.max(1, 2, 2, 1, 2).stepped(1, 1);
        float[] x = {-4, -3, -2, -INFINITY};
        assertArrayEquals(new float[] {-4, -3, -3, -2, -2, -3, -2, -2, -INFINITY}, forward(subject, spec, x));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void notANumberIsTheLargestAndShows(Subject subject) {
        Pool2dSpec spec = Pool2dSpec.max(1, 2, 2, 1, 2);
        for (int at = 0; at < 4; at++) {
            float[] x = {INFINITY, 1, -INFINITY, 2};
            x[at] = NAN;
            float[] expected = new float[4];
            expected[at] = 3;
            assertArrayEquals(new float[] {NAN}, forward(subject, spec, x));
            assertArrayEquals(expected, gradient(subject, spec, x, 3));
        }
        float[] two = {0, NAN, NAN, INFINITY};
        assertArrayEquals(new float[] {0, 3, 0, 0}, gradient(subject, spec, two, 3));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aMeanIsOverThePixelsOfTheImageAlone(Subject subject) {
        Pool2dSpec spec = Pool2dSpec.average(1, 2, 2, 1, 2).stepped(1, 1);
        float[] x = {-4, 2, 8, -16};
        assertArrayEquals(new float[] {-4, -1, 2, 2, -2.5f, -7, 8, -4, -16}, forward(subject, spec, x));
        // Each pixel lies under a corner alone, two edges of two pixels and the middle of four.
        assertArrayEquals(
                new float[] {1 + 1 + 2 + 1, 1 + 2 + 1 + 3, 2 + 1 + 3 + 3, 1 + 3 + 3 + 4},
                averageGradient(subject, spec, 1, 2, 2, 4, 4, 6, 3, 6, 4));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aGlobalMeanIsOfEachChannelOfAnImage(Subject subject) {
        Pool2dSpec spec = Pool2dSpec.globalAverage(2, 2, 1, 3);
        float[] x = {1, 2, 3, 5, 6, 9, 0, -1, -2, 0, -3, -4};
        assertArrayEquals(new float[] {3, 4, 6, 0, -2, -3}, forward(subject, spec, x));
        assertArrayEquals(
                new float[] {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}, averageGradient(subject, spec, 2, 4, 6, 8, 10, 12));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void elementsUnderNoWindowHaveNoGradient(Subject subject) {
        Pool2dSpec spec = Pool2dSpec.max(1, 3, 3, 1, 2);
        float[] x = {1, 2, 9, 3, 4, 9, 9, 9, 9};
        assertArrayEquals(new float[] {0, 0, 0, 0, 5, 0, 0, 0, 0}, gradient(subject, spec, x, 5));
    }
}
