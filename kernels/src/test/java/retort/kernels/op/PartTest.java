package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.check.KernelCheck;

/** The reference is asked for a part of a large op only. */
class PartTest {
    /** Sizes beyond what a part takes of each, so that it leaves something out. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "arithmetic:divide:60009:b3",
                "gemm:m30n50k3:nn",
                "gemm:m30n50k3:tt+bias",
                "gemm:m30n50k3:nt:beta2",
                "gemm:m30n50k3:tn+gate",
                "conv2d:n5h4w3c2:k2x2o3:s1p1+bias",
                "conv2d-dx:n5h4w3c2:k2x2o3:s1p1+gate",
                "conv2d-df:n2h4w3c2:k2x2o4:s1p1",
                "depthwise-conv2d:n5h4w3c3:k2x2:s1p1+bias",
                "depthwise-conv2d-dx:n5h4w3c3:k2x2:s1p1+gate",
                "depthwise-conv2d-df:n2h4w3c4:k2x2:s1p1",
                "max-pool2d:n5h4w4c3:k2x2:s2p0",
                "max-pool2d-dx:n5h4w4c3:k2x2:s2p0",
                "dense-backward:b3i30o4:adam:packed:dx",
                "dense-backward:b3i30o4:sgd",
                "activation:silu:20003",
                "activation-dx:silu:20003",
                "average-pool2d:n5h4w4c3:k2x2:s2p0",
                "average-pool2d-dx:n5h4w4c3:k2x2:s1p1",
                "add:20003+relu",
                "relu:20003",
                "relu-dx:20003",
                "adam:20003",
                "sgd:20003",
                "argmax:30x5",
                "gather:30of4:3x2x5",
                "batch-norm:5x50",
                "batch-norm-inference:5x50+relu",
                "batch-norm-dx:5x50+relu",
                "bias:30x5",
                "column-sum:5x50",
                "softmax:30x5:T2",
                "log-softmax:30x5:T2",
                "max-norm:5x50:limit1"
            })
    void whatAPartComputesIsPartOfTheWhole(String id) {
        Spec spec = Spec.parse(id);
        KernelCheck check = KernelCheck.random(spec, 7);
        float[][] whole;
        try (Backend reference = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults())) {
            whole = check.run(reference);
        }
        check.checkPart("part", whole);
        Part part = spec.part(new SplittableRandom(7));
        assertTrue(part.spec().bytes() < spec.bytes(), part.spec().id());
        for (int i = 0; i < whole.length; i++) {
            int[] at = part.elements().get(i);
            assertEquals(part.spec().operands().get(i).shape().size(), at.length);
            assertEquals(at.length, Arrays.stream(at).distinct().count());
            if (spec.operands().get(i).role().isResult()) {
                assertEquals(0, at[0]);
                assertEquals(whole[i].length - 1, at[at.length - 1]);
            }
        }
    }

    /** Which elements are dropped depends on where they stand, and a softmax's loss is a mean over all rows. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemm:m30n50k3:nn+dropout0.5",
                "conv2d:n5h4w3c2:k2x2o3:s1p1+dropout0.5",
                "depthwise-conv2d:n5h4w3c3:k2x2:s1p1+dropout0.5",
                "dropout:20003:p0.5",
                "cross-entropy:30x5:T1:hard",
                "distillation:30x5:soft-targets:T2:hard0.5"
            })
    void isTheWholeWhereAPartWouldNotBeAlike(String id) {
        Spec spec = Spec.parse(id);
        Part part = spec.part(new SplittableRandom(7));
        assertEquals(spec, part.spec());
        float[] first = new float[spec.operands().getFirst().shape().size()];
        for (int e = 0; e < first.length; e++) {
            first[e] = e;
        }
        assertArrayEquals(first, part.take(0, first));
    }

    @Test
    void ofManyNumbersTheFirstTheLastAndAFewBetweenAreTaken() {
        SplittableRandom random = new SplittableRandom(1);
        for (int count = 1; count < 200; count++) {
            int[] some = Part.some(count, 5, random);
            assertTrue(some.length <= 5 && some.length >= Math.min(count, 3), count + ": " + some.length);
            assertEquals(0, some[0]);
            assertEquals(count - 1, some[some.length - 1]);
            assertArrayEquals(Arrays.stream(some).sorted().distinct().toArray(), some);
        }
        assertArrayEquals(new int[] {0, 1, 2, 3, 4}, Part.some(5, 5, random));
    }
}
