package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * p[i][j] = exp(z[i][j] / T) / sum over c of exp(z[i][c] / T), each row shifted by its largest logit first, so that no
 * exponential overflows. z and p are rows x classes.
 *
 * <p>With log, the logarithm of that instead: z[i][j] / T less the logarithm of the sum, without an exponential of its
 * own that could vanish.
 *
 * <p>Error: at most (classes + 8 + 4 max |z| / T) 2^-23 relative, and 2^-126 absolute, the smallest normal number: a
 * share that is smaller may be 0. A logit that is NaN or +infinity makes its row NaN, and so does a row of -infinity
 * alone; -infinity beside a number has no share. A logarithm l is off by (classes + 8 + 4 max |z| / T) 2^-23 and
 * 2^-21 |l|. Source: Hinton, Vinyals and Dean 2015, equation 1.
 *
 * @param temperature T, {@link Temperature}
 * @param log whether the logarithms are wanted
 */
public record SoftmaxSpec(int rows, int classes, float temperature, boolean log) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{classes}:T{temperature:}");

    public SoftmaxSpec {
        String op = op(log).stem();
        Require.positive(op, "rows", rows);
        Require.positive(op, "classes", classes);
        Temperature.require(op, temperature);
    }

    /** Probabilities. */
    public SoftmaxSpec(int rows, int classes, float temperature) {
        this(rows, classes, temperature, false);
    }

    public Shape shape() {
        return Shape.of(rows, classes);
    }

    static SoftmaxSpec parse(boolean log, SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCLASSES:T3.5");
        return new SoftmaxSpec(fields.integer("rows"), fields.integer("classes"), fields.number("temperature"), log);
    }

    private static Op op(boolean log) {
        return log ? Op.LOG_SOFTMAX : Op.SOFTMAX;
    }

    @Override
    public Op op() {
        return op(log);
    }

    @Override
    public String id() {
        return op().stem() + ":" + rows + "x" + classes + ":T" + SpecId.number(temperature);
    }

    @Override
    public List<Operand> operands() {
        return List.of(
                Operand.read("logits", shape()).holding(Operand.Content.LOGITS),
                Operand.written("probabilities", shape()));
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        float[] p = reference.run(this, inputs)[1];
        for (int i = 0; i < rows; i++) {
            double largest = Bounds.largest(inputs[0], i * classes, (i + 1) * classes);
            double relative = Bounds.ofSoftmax(classes, largest, temperature);
            for (int e = i * classes; e < (i + 1) * classes; e++) {
                bounds[1][e] = log ? relative + 8 * Bounds.EPS * Math.abs(p[e]) : relative * p[e] + Float.MIN_NORMAL;
            }
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(rows, Part.ROWS, random);
        return new Part(
                new SoftmaxSpec(some.length, classes, temperature, log), Part.same(Part.rows(some, classes), 2));
    }
}
