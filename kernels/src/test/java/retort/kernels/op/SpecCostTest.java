package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What throughput is counted in. */
class SpecCostTest {
    /** Bytes: every input read and every result written once, four a number, as far as nothing else is said. */
    @ParameterizedTest
    @CsvSource({
        "arithmetic:add:6:b2, 0, 56",
        "'strided-copy:12from0y12to0:3/1/4,2/3/1', 0, 48",
        // two images of six elements, read and written, and for each its number and two of its move
        "gather:2of9:3x2x1, 0, 120",
        // 2 m n k; A, B and C
        "gemm:m2n3k5:nn, 60, 124",
        "gemm:m2n3k5:tt, 60, 124",
        // C is read and written
        "gemm:m2n3k5:nn:beta1, 60, 148",
        // two bytes an element of B; one, and four bytes a column
        "gemm:m2n3k5:nn:packed:bf16, 60, 94",
        "gemm:m2n3k5:nn:packed:int8, 60, 91",
        // three elements of bias; six of the gate
        "gemm:m2n3k5:nn+bias, 60, 136",
        "gemm:m2n3k5:nn+gate, 60, 148",
        // y is 2 x 2 x 3 x 7, each element of 3 x 2 x 5 products
        "conv2d:n2h4w4c5:k3x2o7:s1p0, 5040, 1816",
        "conv2d-dx:n2h4w4c5:k3x2o7:s1p0, 5040, 1816",
        "conv2d-df:n2h4w4c5:k3x2o7:s1p0, 5040, 1816",
        "depthwise-conv2d:n2h4w4c5:k3x2:s1p0, 720, 1000",
        "max-pool2d:n2h4w4c5:k2x2:s2p0, 0, 800",
        "max-pool2d-dx:n2h4w4c5:k2x2:s2p0, 0, 1440",
        "activation:gelu:7, 0, 56",
        "activation-dx:gelu:7, 0, 84",
        "average-pool2d:n2h4w4c5:k2x2:s2p0, 0, 800",
        "average-pool2d-dx:n2h4w4c5:k2x2:s2p0, 0, 800",
        "add:7+relu, 0, 84",
        "relu:7, 0, 56",
        "relu-dx:7, 0, 84",
        "dropout:7:p0.5, 0, 56",
        "argmax:3x5, 0, 72",
        "bias:3x5, 0, 140",
        // x and y; gamma, beta, the statistics of the batch, and the running ones twice
        "batch-norm:3x5, 0, 280",
        "batch-norm-inference:3x5+relu, 0, 200",
        // x, dY and dX; gamma, its gradient and beta's, mean and inverse deviation
        "batch-norm-dx:3x5, 0, 280",
        "batch-norm-dx:3x5+relu, 0, 340",
        "column-sum:3x5, 0, 80",
        "softmax:3x5:T1, 0, 120",
        "log-softmax:3x5:T1, 0, 120",
        // logits, one label or five numbers a row, the gradient, two numbers a row
        "cross-entropy:3x5:T1:hard, 0, 156",
        "cross-entropy:3x5:T1:soft, 0, 204",
        "distillation:3x5:soft-targets:T1:hard0, 0, 216",
        // three updated and one read; two and one
        "adam:7, 84, 196",
        "sgd:7, 28, 140",
        "max-norm:3x5:limit1, 30, 60",
        // the gradient's product and the step, then the input's product too
        "dense-backward:b2i3o5:sgd, 120, 304",
        "dense-backward:b2i3o5:sgd:dx, 180, 328",
        "dense-backward:b2i3o5:adam:packed, 240, 424",
    })
    void isCountedFromTheEquation(String id, long flops, long bytes) {
        Spec spec = Spec.parse(id);
        assertEquals(flops, spec.flops(), "flops");
        assertEquals(bytes, spec.bytes(), "bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "gemm:m2n3k5:nn, true, false, false",
        "gemm:m2n3k5:nn:packed:bf16, true, false, false",
        "gemm:m2n3k5:nn:packed:int8, false, false, false",
        "gemm:m2n3k5:nn+dropout0.5, true, true, false",
        "gemm:m2n3k5:nn+gate+dropout0.5, true, false, false",
        "conv2d:n2h4w4c5:k3x2o7:s1p0+dropout0.5, true, true, false",
        "conv2d:n2h4w4c5:k3x2o7:s1p0, true, false, false",
        "depthwise-conv2d:n2h4w4c5:k3x2:s1p0+dropout0.5, true, true, false",
        "depthwise-conv2d:n2h4w4c5:k3x2:s1p0, true, false, false",
        "dropout:7:p0.5, true, true, false",
        "average-pool2d:n2h4w4c5:k2x2:s2p0, false, false, false",
        "add:7, true, false, false",
        "batch-norm:3x5, false, false, false",
        "activation:tanh:7, false, false, false",
        "softmax:3x5:T1, false, false, false",
        "cross-entropy:3x5:T1:hard, false, false, false",
        "distillation:3x5:soft-targets:T1:hard0, false, false, false",
        "max-norm:3x5:limit1, false, false, false",
        "adam:7, false, false, true",
        "sgd:7, false, false, false",
        "dense-backward:b2i3o5:adam, false, false, true",
        "dense-backward:b2i3o5:sgd, false, false, false",
    })
    void aSpecSaysWhatACallOfItNeeds(String id, boolean exact, boolean draws, boolean counts) {
        Spec spec = Spec.parse(id);
        assertEquals(exact, spec.isExactOnIntegers(), "exact on whole numbers");
        assertEquals(draws, spec.drawsRandomNumbers(), "draws random numbers");
        assertEquals(counts, spec.countsSteps(), "counts steps");
    }
}
