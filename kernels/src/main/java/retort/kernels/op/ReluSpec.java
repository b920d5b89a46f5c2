package retort.kernels.op;

/**
 * y = max(x, 0), or its gradient dX = y > 0 ? dY : 0, over count elements of any shape. A NaN stays NaN forward.
 * Exact.
 */
public record ReluSpec(int count) implements Spec {
    public ReluSpec {
        Spec.positive("relu", "count", count);
    }

    @Override
    public String id() {
        return "relu:" + count;
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return 2L * count * ELEMENT_BYTES;
    }
}
