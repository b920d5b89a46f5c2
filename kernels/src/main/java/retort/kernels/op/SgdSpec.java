package retort.kernels.op;

/**
 * velocity = momentum velocity - rate g, then w = w + velocity, over count parameters w with gradient g, in place.
 * A velocity below {@link Spec#STATE_FLOOR} in magnitude becomes 0.
 * Source: Polyak 1964, as written by Sutskever et al. 2013.
 */
public record SgdSpec(int count, float rate, float momentum) implements Spec {
    public SgdSpec {
        Spec.positive("sgd", "count", count);
        Spec.positive("sgd", "learning rate", rate);
        Spec.fraction("sgd", "momentum", momentum);
    }

    @Override
    public String id() {
        return "sgd:" + count;
    }

    @Override
    public long flops() {
        return 4L * count;
    }

    @Override
    public long bytes() {
        return 5L * count * ELEMENT_BYTES;
    }
}
