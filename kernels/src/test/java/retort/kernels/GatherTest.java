package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.GatherSpec;

class GatherTest {
    /** Two images of 2 x 3 pixels. */
    private static final float[] TABLE = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static float[] gathered(Subject subject, float image, float down, float right) {
        float[][] inputs = {TABLE, {image}, {down, right}, new float[6]};
        return KernelCheck.random(new GatherSpec(2, 2, 3, 1, 1), 1).run(subject.backend(), inputs)[3];
    }

    @ParameterizedTest
    @MethodSource("engines")
    void imagesComeAsTheyAreOrMoved(Subject subject) {
        assertArrayEquals(new float[] {7, 8, 9, 10, 11, 12}, gathered(subject, 1, 0, 0));
        assertArrayEquals(new float[] {0, 0, 0, 1, 2, 3}, gathered(subject, 0, 1, 0));
        assertArrayEquals(new float[] {10, 11, 12, 0, 0, 0}, gathered(subject, 1, -1, 0));
        assertArrayEquals(new float[] {0, 0, 1, 0, 0, 4}, gathered(subject, 0, 0, 2));
        assertArrayEquals(new float[] {0, 0, 0, 8, 9, 0}, gathered(subject, 1, 1, -1));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsNotThereIsZero(Subject subject) {
        float[] nothing = new float[6];
        for (float image : new float[] {-1, 2, 1e30f, Float.NaN, Float.NEGATIVE_INFINITY}) {
            assertArrayEquals(nothing, gathered(subject, image, 0, 0));
        }
        for (float move : new float[] {3, -3, 1e30f, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertArrayEquals(nothing, gathered(subject, 0, move, 0));
            assertArrayEquals(nothing, gathered(subject, 0, 0, move));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void numbersAreCutToWholeOnes(Subject subject) {
        assertArrayEquals(gathered(subject, 0, 0, 0), gathered(subject, -0.5f, 0.9f, -0.9f));
        assertArrayEquals(gathered(subject, 1, 1, -2), gathered(subject, 1.5f, 1.9f, -2.9f));
    }

    @Test
    void aTableHasAsManyImagesAsFloat32CanCount() {
        assertEquals("gather:1of16777216:1x1x1", new GatherSpec(1 << 24, 1, 1, 1, 1).id());
        String message = assertThrows(IllegalArgumentException.class, () -> new GatherSpec((1 << 24) + 1, 1, 1, 1, 1))
                .getMessage();
        assertEquals("gather: a table of 16777217 images, expected at most 16777216", message);
    }

    /** Rows of a matrix are images of one pixel: [3][4]. */
    @ParameterizedTest
    @MethodSource("engines")
    void rowsOfAMatrixMayComeAgain(Subject subject) {
        float[][] inputs = {TABLE, {2, 0, 2}, new float[6], new float[12]};
        assertArrayEquals(
                new float[] {9, 10, 11, 12, 1, 2, 3, 4, 9, 10, 11, 12},
                KernelCheck.random(new GatherSpec(3, 1, 1, 4, 3), 1).run(subject.backend(), inputs)[3]);
    }
}
