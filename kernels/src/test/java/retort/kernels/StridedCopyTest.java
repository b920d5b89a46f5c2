package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.StridedCopySpec;
import retort.kernels.op.StridedCopySpec.Axis;

class StridedCopyTest {
    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static float[] copied(Subject subject, StridedCopySpec spec, float[] x, float[] y) {
        return KernelCheck.random(spec, 1).run(subject.backend(), new float[][] {x, y})[1];
    }

    /** Two channels of 1 x 3 pixels, channels first, become pixels of two channels. */
    @ParameterizedTest
    @MethodSource("engines")
    void channelsFirstBecomesChannelsLast(Subject subject) {
        StridedCopySpec spec = StridedCopySpec.of(6, 6, 0, 0, List.of(new Axis(2, 3, 1), new Axis(3, 1, 2)));
        assertArrayEquals(
                new float[] {1, 4, 2, 5, 3, 6}, copied(subject, spec, new float[] {1, 2, 3, 4, 5, 6}, new float[6]));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aFrameAroundAnImageStays(Subject subject) {
        StridedCopySpec spec = StridedCopySpec.of(4, 12, 0, 5, List.of(new Axis(2, 2, 4), new Axis(2, 1, 1)));
        float[] frame = {9, 9, 9, 9, 9, 0, 0, 9, 9, 0, 0, 9};
        assertArrayEquals(
                new float[] {9, 9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9},
                copied(subject, spec, new float[] {1, 2, 3, 4}, frame));
    }

    @Test
    void axesThatFollowEachOtherBecomeOne() {
        StridedCopySpec spec = StridedCopySpec.of(
                24, 24, 0, 0, List.of(new Axis(4, 1, 1), new Axis(1, 7, 9), new Axis(2, 12, 12), new Axis(3, 4, 4)));
        assertEquals("strided-copy:24from0y24to0:24/1/1", spec.id());
    }

    /** As Clip wants it: what is no number stays none. */
    @ParameterizedTest
    @MethodSource("engines")
    void theLesserOfNanAndANumberIsNan(Subject subject) {
        ArithmeticSpec spec = new ArithmeticSpec(ArithmeticSpec.Operator.MINIMUM, 4, 2);
        float[][] inputs = {{Float.NaN, 2, -1, 7}, {1, Float.NaN}, new float[4]};
        assertArrayEquals(
                new float[] {Float.NaN, 2, -1, 7}, KernelCheck.random(spec, 1).run(subject.backend(), inputs)[2]);
    }
}
