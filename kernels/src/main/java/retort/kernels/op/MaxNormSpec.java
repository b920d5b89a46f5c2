package retort.kernels.op;

import retort.kernels.Scope;

/**
 * In place: each column of w whose Euclidean norm exceeds limit is scaled to it,
 *
 * <pre>w[i][j] = w[i][j] limit / norm[j]   where norm[j] = sqrt(sum over i of w[i][j]^2) > limit</pre>
 *
 * <p>w is inputs x units, a column the weights into one unit; it may be packed, see {@link Scope#packed}. Every other column
 * stays as it is, bit for bit; so does one whose sum of squares is NaN or too large for float32: training that has come to
 * that has diverged, and should be seen to.
 *
 * <p>|error| <= (inputs + 8) 2^-24 |w| for limits of 2^-50 or more. Source: Hinton et al. 2012, "Improving neural networks by
 * preventing co-adaptation of feature detectors", section 2; Srebro and Shraibman 2005.
 *
 * @param limit of the norm, positive
 */
public record MaxNormSpec(int inputs, int units, float limit) implements Spec {
    public MaxNormSpec {
        Spec.positive("max-norm", "inputs", inputs);
        Spec.positive("max-norm", "units", units);
        Spec.positive("max-norm", "limit", limit);
    }

    public Shape shape() {
        return Shape.of(inputs, units);
    }

    /** What the elements of a column are multiplied by, given its sum of squares: 1 to leave it. */
    public float factor(float squares) {
        float norm = (float) Math.sqrt(squares);
        return norm > limit && norm < Float.POSITIVE_INFINITY ? limit / norm : 1;
    }

    @Override
    public String id() {
        return "max-norm:" + inputs + "x" + units + ":limit" + Spec.number(limit);
    }

    /** Of the sums of squares. */
    @Override
    public long flops() {
        return 2L * inputs * units;
    }

    /** Read once: only columns over the limit are read again and written. */
    @Override
    public long bytes() {
        return (long) inputs * units * ELEMENT_BYTES;
    }
}
