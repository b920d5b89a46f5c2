package retort.kernels.op;

/**
 * y[i] = kept(i) ? x[i] / (1 - rate) : 0, over count elements of any shape; {@link DropoutKey} says which are kept.
 * Applied to dY under the same key it is its own gradient. Exact to one rounding of the product with the float32 scale.
 * Source: Srivastava et al. 2014, in the inverted form that needs nothing at inference.
 *
 * @param rate share of elements zeroed, in [0, 1)
 */
public record DropoutSpec(int count, float rate) implements Spec {
    public DropoutSpec {
        Spec.positive("dropout", "count", count);
        Spec.fraction("dropout", "rate", rate);
    }

    public float scale() {
        return 1 / (1 - rate);
    }

    @Override
    public String id() {
        return "dropout:" + count + ":p" + Spec.number(rate);
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
