package retort.kernels.opencl;

import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.GemmSpec;

/**
 * Products and convolutions by the kernels of one {@link ClFamily}. Convolutions come here without padding, and the
 * input gradient as a forward pass: see {@link ClConv2d}.
 */
interface ClProducts {
    /** The kernels of the family that a device's parameters are of. */
    static ClProducts of(ClFamily family, ClSession session, ClElementwise elementwise, ClColumnSums columnSums) {
        return switch (family) {
            case CORES -> new ClCoreProducts(session, elementwise, columnSums);
            case SIMT -> new ClSimtProducts(session);
        };
    }

    /** The sizes that its kernels come in. */
    Tiling tiling();

    /** @param c a tensor or buffer */
    void gemm(GemmSpec spec, ClTensor a, ClTensor b, Object c, Fused<ClTensor> fused);

    /** Adam's step with the gradient x' dY. */
    void weightAdam(
            DenseBackwardSpec spec,
            AdamSpec adam,
            ClTensor x,
            ClTensor dY,
            ClTensor w,
            ClTensor m,
            ClTensor v,
            float stepSize);

    /**
     * {@code result} = the images under the filter (kernelHeight x kernelWidth x channels x filters, a tensor or
     * buffer), at a stride, then the spec's epilogue.
     */
    void correlate(Conv2dSpec spec, ClImages images, Object filter, ClImages result, int stride, Fused<ClTensor> fused);

    /** {@code dFilter} = the filter gradient from the images and the result's gradient. */
    void filterGradient(Conv2dSpec spec, ClImages images, ClTensor dFilter, ClImages gradient);

    /** The end of the names of kernels for these transpositions: {@code nt} where B is transposed. */
    static String transpositions(GemmSpec spec) {
        return (spec.transA() ? "t" : "n") + (spec.transB() ? "t" : "n");
    }
}
