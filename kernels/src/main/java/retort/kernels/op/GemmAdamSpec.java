package retort.kernels.op;

import retort.kernels.Backend;
import retort.kernels.Scope;

/**
 * G = op(A) op(B), and one Adam step on the m x n parameters w with G as their gradient, G itself never stored: 24 bytes
 * a parameter instead of 32. Equal to {@link Backend#gemm} into G followed by {@link Backend#adam}.
 *
 * @param gemm the product; alpha 1, beta 0, no epilogue
 * @param adam the update; its count is m * n
 * @param packed whether w, m and v are packed tensors, see {@link Scope#packed}
 */
public record GemmAdamSpec(GemmSpec gemm, AdamSpec adam, boolean packed) implements Spec {
    public GemmAdamSpec {
        if (gemm.alpha() != 1
                || gemm.beta() != 0
                || gemm.packedB()
                || !gemm.epilogue().equals(Epilogue.NONE)) {
            throw new IllegalArgumentException("gemm-adam: the product must be plain, got " + gemm.id());
        }
        if (gemm.cShape().size() != adam.count()) {
            throw new IllegalArgumentException(
                    "gemm-adam: the product has " + gemm.cShape() + " elements, Adam updates " + adam.count());
        }
    }

    @Override
    public String id() {
        return "gemm-adam" + gemm.id().substring("gemm".length()) + (packed ? ":packed" : "");
    }

    @Override
    public long flops() {
        return gemm.flops() + adam.flops();
    }

    @Override
    public long bytes() {
        long inputs = (long) gemm.m() * gemm.k() + (long) gemm.k() * gemm.n();
        return (inputs + 6L * adam.count()) * ELEMENT_BYTES;
    }
}
