package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Conv2dSpec.Pass;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.Epilogue;

class DepthwiseConv2dTest {
    /** A row of three pixels of two channels; the filters are 1, 10, 100 and 2, 0, -1. */
    private static final DepthwiseConv2dSpec ROW =
            new DepthwiseConv2dSpec(Pass.FORWARD, 1, 1, 3, 2, 1, 3, 1, 0, Epilogue.NONE);

    private static final float[] FILTER = {1, 2, 10, 0, 100, -1};

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static float[][] run(Subject subject, DepthwiseConv2dSpec spec, float[]... inputs) {
        return KernelCheck.random(spec, 1).run(subject.backend(), inputs);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void eachChannelMeetsItsOwnFilterOnly(Subject subject) {
        float[] x = {1, 4, 2, 5, 3, 6};
        assertArrayEquals(new float[] {321, 2}, run(subject, ROW, x, FILTER, new float[2])[2]);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPixelGetsTheGradientOfEachPlaceThatItWasSeenFrom(Subject subject) {
        DepthwiseConv2dSpec spec = ROW.as(Pass.INPUT_GRADIENT);
        float[] dY = {3, -2};
        assertArrayEquals(new float[] {3, -4, 30, 0, 300, 2}, run(subject, spec, new float[6], FILTER, dY)[0]);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aFilterGetsTheGradientOfEachPlaceThatItWasAt(Subject subject) {
        DepthwiseConv2dSpec spec = new DepthwiseConv2dSpec(Pass.FILTER_GRADIENT, 1, 1, 4, 1, 1, 2, 2, 0, Epilogue.NONE);
        float[] x = {1, 2, 3, 4};
        float[] dY = {10, 100};
        assertArrayEquals(new float[] {310, 420}, run(subject, spec, x, new float[2], dY)[1]);
    }
}
