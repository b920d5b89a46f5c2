package retort.kernels.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import retort.kernels.Tiling;
import retort.kernels.op.Spec;

/** Every kernel is tried around the edges of its engine's tiles. */
class EdgeCasesTest {
    /** Sizes that are no edge of anything else. */
    private static final Tiling TILING = new Tiling(11, 6, 22, 300, 700);

    private static Set<String> ids(Spec.Op op) {
        return EdgeCases.of(op, TILING).map(Spec::id).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                // one, and around one, two and four vectors
                "RELU; relu:1 relu:10 relu:11 relu:12 relu:21 relu:22 relu:23 relu:43 relu:44 relu:45 relu:1031 relu:2500007",
                "ACTIVATION; activation:sigmoid:1 activation:tanh:10 activation:gelu:12 activation:silu:45",
                "ACTIVATION_DX; activation-dx:sigmoid:1 activation-dx:gelu:1031",
                "ADD; add:1 add:10+relu add:12",
                "ADAM; adam:1 adam:10 adam:12 adam:45",
                "SGD; sgd:1 sgd:10 sgd:12 sgd:45",
                "DROPOUT; dropout:10:p0 dropout:11:p0.5 dropout:12:p0.75",
                "ARITHMETIC; arithmetic:add:1:b1 arithmetic:divide:1031:b1031 arithmetic:maximum:1441200:b1201",
                "STRIDED_COPY; strided-copy:15009from0y15009to0:3/1/5003,5003/3/1",
                "GATHER; gather:37of11:1x1x10 gather:9of5:4x12x3 gather:9of5:4x23x1 gather:400of50:32x32x3",
                "ARGMAX; argmax:1x10 argmax:37x11 argmax:65x12 argmax:5003x3 argmax:3x5003 argmax:1200x1201",
                "BATCH_NORM; batch-norm:1x10 batch-norm:37x11+relu batch-norm:5003x3 batch-norm:2050x16 batch-norm:70001x16",
                "BATCH_NORM_INFERENCE; batch-norm-inference:65x12 batch-norm-inference:33x48+relu",
                "BATCH_NORM_DX; batch-norm-dx:65x45 batch-norm-dx:1200x1201+relu",
                "BIAS; bias:1x21 bias:37x22 bias:65x23",
                "BIAS_BACKWARD; bias-backward:1x21:adam bias-backward:37x22:sgd bias-backward:65x23:adam",
                "COLUMN_SUM; column-sum:1x43 column-sum:37x44 column-sum:65x45",
                "SOFTMAX; softmax:1x10:T0.25 softmax:13x12:T20 softmax:1x1:T1 softmax:1031x10:T3.5 softmax:3x1009:T1",
                "LOG_SOFTMAX; log-softmax:1x10:T0.25 log-softmax:3x1009:T1",
                "CROSS_ENTROPY; cross-entropy:13x10:T1:hard cross-entropy:13x12:T3.5:soft cross-entropy:1x1:T1:soft",
                "DISTILLATION; distillation:1x2:soft-targets:T1:hard0 distillation:13x12:decoupled1,8:T4:hard0.5",
                // around tiles of 6 x 22, vectors of 11, blocks of 300 and 700
                "GEMM; gemm:m5n21k1:nn gemm:m6n22k8:nt gemm:m7n23k17:tn gemm:m10n10k17:tt gemm:m19n89k17:nn",
                "GEMM; gemm:m49n70k344:nn gemm:m33n528k688:nn gemm:m300n10k608:nn gemm:m6n200k301:nn gemm:m100n550k344:tt",
                "GEMM; gemm:m752n70k304:tn gemm:m100n752k304:nn gemm:m752n70k304:tn:packed gemm:m6n22k8:nn:packed:int8",
                "GEMM; gemm:m7n70k300:nt:alpha2 gemm:m100n10k300:tt:alpha-1:beta-2 gemm:m1n70k300:nn:alpha0:beta3",
                "GEMM; gemm:m1n70k20:nn+bias+relu+dropout0.5 gemm:m150n75k32:tn+gate+dropout0.5 gemm:m32n75k40:nt+relu",
                "DENSE_BACKWARD; dense-backward:b8i6o22:adam dense-backward:b32i7o23:sgd:packed:dx+gate+dropout0.5",
                "DENSE_BACKWARD; dense-backward:b17i19o45:adam:dx dense-backward:b23i23o66:sgd dense-backward:b344i25o17:adam",
                "CONV2D; conv2d:n2h5w9c3:k3x3o10:s1p0 conv2d:n2h5w9c3:k3x3o23:s1p0+bias+relu+dropout0.5",
                "CONV2D_DX; conv2d-dx:n2h5w9c3:k3x3o12:s1p0 conv2d-dx:n2h5w9c3:k3x3o22:s1p0+gate+dropout0.5",
                "CONV2D_DF; conv2d-df:n2h5w9c3:k3x3o11:s1p0 conv2d-df:n2h5w9c3:k3x3o21:s1p0",
                "DEPTHWISE_CONV2D; depthwise-conv2d:n2h5w15c10:k3x3:s1p1 depthwise-conv2d:n2h5w15c23:k3x3:s1p1+bias",
                "DEPTHWISE_CONV2D_DX; depthwise-conv2d-dx:n2h5w15c12:k3x3:s1p1+gate+dropout0.5",
                "DEPTHWISE_CONV2D_DF; depthwise-conv2d-df:n2h5w15c21:k3x3:s1p1",
                "AVERAGE_POOL2D; average-pool2d:n2h5w7c10:k2x2:s2p0 average-pool2d:n3h5w6c14:k5x6:s1p0",
                "AVERAGE_POOL2D_DX; average-pool2d-dx:n3h9w8c5:k3x3:s2p1",
                "MAX_POOL2D; max-pool2d:n2h5w7c10:k2x2:s2p0 max-pool2d:n2h5w7c23:k2x2:s2p0",
                "MAX_POOL2D_DX; max-pool2d-dx:n2h5w7c11:k2x2:s2p0",
                // half of the columns of 37 rows are over sqrt(37 / 3)
                "MAX_NORM; max-norm:37x10:limit3.5118847 max-norm:3x5003:limit1"
            })
    void sizesAroundVectorsTilesAndBlocksAreAmongThem(Spec.Op op, String expected) {
        Set<String> ids = ids(op);
        for (String id : expected.split(" ")) {
            assertTrue(ids.contains(id), id);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEngineWithoutVectorsHasCasesToo(Spec.Op op) {
        assertTrue(EdgeCases.of(op, Tiling.NONE).count() > 3);
    }

    private static Map<String, List<Spec>> forms(Collection<? extends Spec> specs) {
        return specs.stream()
                .collect(Collectors.groupingBy(spec -> spec.id().replaceAll("[0-9]+", "#"), Collectors.toList()));
    }

    @ParameterizedTest
    @EnumSource
    void aFewAreSmallAndOfEachFormTheSmallestToTheLargest(Spec.Op op) {
        List<Spec> few = EdgeCases.few(op, TILING, 2);
        Map<String, List<Spec>> all = forms(EdgeCases.of(op, TILING)
                .filter(spec -> spec.flops() <= 400_000 && spec.bytes() <= 60_000)
                .toList());
        assertEquals(all.keySet(), forms(few).keySet());
        forms(few).forEach((form, chosen) -> {
            List<Spec> ofForm = all.get(form);
            assertEquals(Math.min(2, ofForm.size()), chosen.size(), form);
            long most = ofForm.stream().mapToLong(EdgeCasesTest::work).max().orElseThrow();
            assertEquals(most, work(chosen.getLast()), form);
            long smaller = ofForm.stream()
                    .filter(spec -> work(spec) < work(chosen.getFirst()))
                    .count();
            assertTrue(smaller <= ofForm.size() / 2, form);
            assertTrue(work(chosen.getFirst()) <= work(chosen.getLast()), form);
        });
    }

    private static long work(Spec spec) {
        return spec.flops() + spec.bytes();
    }

    @Test
    void ofEachFormNoMoreAreTakenThanAskedFor() {
        assertTrue(EdgeCases.few(Spec.Op.GEMM, TILING, 3).size()
                > EdgeCases.few(Spec.Op.GEMM, TILING, 1).size());
        forms(EdgeCases.few(Spec.Op.GEMM, TILING, 1)).values().forEach(form -> assertEquals(1, form.size()));
    }
}
