package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * In place: each column of w whose Euclidean norm exceeds limit is scaled to it,
 *
 * <pre>w[i][j] = w[i][j] limit / norm[j]   where norm[j] = sqrt(sum over i of w[i][j]^2) > limit</pre>
 *
 * <p>w is inputs x units, a column the weights into one unit; it may be packed, see {@code Scope.packed}. Every other
 * column stays as it is, bit for bit; so does one whose sum of squares is NaN or too large for float32: training that
 * has come to that has diverged, and should be seen to.
 *
 * <p>|error| ≤ (inputs + 8) 2^-24 |w| + 2^-149 for limits of 2^-50 or more. Source: Hinton et al. 2012, "Improving
 * neural networks by preventing co-adaptation of feature detectors", section 2; Srebro and Shraibman 2005.
 *
 * @param limit of the norm, positive
 */
public record MaxNormSpec(int inputs, int units, float limit) implements Spec {
    private static final Pattern ID = SpecId.pattern("{inputs}x{units}:limit{limit:}");

    public MaxNormSpec {
        Require.positive("max-norm", "inputs", inputs);
        Require.positive("max-norm", "units", units);
        Require.positive("max-norm", "limit", limit);
    }

    public Shape shape() {
        return Shape.of(inputs, units);
    }

    /** What the elements of a column are multiplied by, given its sum of squares: 1 to leave it. */
    public float factor(float squares) {
        float norm = (float) Math.sqrt(squares);
        return norm > limit && norm < Float.POSITIVE_INFINITY ? limit / norm : 1;
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

    static MaxNormSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "INPUTSxUNITS:limit15");
        return new MaxNormSpec(fields.integer("inputs"), fields.integer("units"), fields.number("limit"));
    }

    @Override
    public Op op() {
        return Op.MAX_NORM;
    }

    @Override
    public String id() {
        return "max-norm:" + inputs + "x" + units + ":limit" + SpecId.number(limit);
    }

    @Override
    public List<Operand> operands() {
        return List.of(Operand.updated("w", shape()).in(Operand.Layout.EITHER));
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] operands, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        for (int e = 0; e < operands[0].length; e++) {
            bounds[0][e] = (inputs + 8) * Bounds.EPS * Math.abs(operands[0][e]) + Float.MIN_VALUE;
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] columns = Part.some(units, Part.COLUMNS, random);
        int[] w = Part.grid(Part.all(inputs), units, columns);
        return new Part(new MaxNormSpec(inputs, columns.length, limit), List.of(w));
    }
}
