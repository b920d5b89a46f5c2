package retort.kernels.op;

/**
 * One Adam step t = 1, 2, ... over count parameters w with gradient g and moments m, v, in place:
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g
 * v = beta2 v + (1 - beta2) g g
 * w = w - rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)
 * </pre>
 *
 * <p>m and v below {@link Spec#STATE_FLOOR} in magnitude become 0.
 *
 * <p>Source: Kingma and Ba 2015, algorithm 1 in the cheaper order of section 2, the form that Keras uses too.
 */
public record AdamSpec(int count, float rate, float beta1, float beta2, float epsilon) implements Spec {
    public AdamSpec {
        Spec.positive("adam", "count", count);
        Spec.positive("adam", "learning rate", rate);
        Spec.fraction("adam", "beta1", beta1);
        Spec.fraction("adam", "beta2", beta2);
        Spec.positive("adam", "epsilon", epsilon);
    }

    /**
     * The factor of m / (sqrt(v) + epsilon) at one step.
     *
     * @param step t, counted from 1
     * @throws IllegalArgumentException if step is less than 1
     */
    public float stepSize(int step) {
        if (step < 1) {
            throw new IllegalArgumentException("adam: steps count from 1, got " + step);
        }
        return (float) (rate * Math.sqrt(1 - Math.pow(beta2, step)) / (1 - Math.pow(beta1, step)));
    }

    @Override
    public String id() {
        return "adam:" + count;
    }

    /** Multiplications, additions, a division and a square root, each one. */
    @Override
    public long flops() {
        return 12L * count;
    }

    @Override
    public long bytes() {
        return 7L * count * ELEMENT_BYTES;
    }
}
