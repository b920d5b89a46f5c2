package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * p[i][j] = exp(z[i][j] / T) / sum over c of exp(z[i][c] / T), each row shifted by its largest logit first, so that no
 * exponential overflows. z and p are rows x classes.
 *
 * <p>Error: at most (classes + 8 + 4 max |z| / T) 2^-23 relative, and 2^-126 absolute, the smallest normal number: a
 * share that is smaller may be 0. A logit that is NaN or +infinity makes its row NaN, and so does a row of -infinity
 * alone; -infinity beside a number has no share. Source: Hinton, Vinyals and Dean 2015, equation 1.
 *
 * @param temperature T, {@link Temperature}
 */
public record SoftmaxSpec(int rows, int classes, float temperature) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{classes}:T{temperature:}");

    public SoftmaxSpec {
        Require.positive("softmax", "rows", rows);
        Require.positive("softmax", "classes", classes);
        Temperature.require("softmax", temperature);
    }

    public Shape shape() {
        return Shape.of(rows, classes);
    }

    static SoftmaxSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCLASSES:T3.5");
        return new SoftmaxSpec(fields.integer("rows"), fields.integer("classes"), fields.number("temperature"));
    }

    @Override
    public Op op() {
        return Op.SOFTMAX;
    }

    @Override
    public String id() {
        return "softmax:" + rows + "x" + classes + ":T" + SpecId.number(temperature);
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
                bounds[1][e] = relative * p[e] + Float.MIN_NORMAL;
            }
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(rows, Part.ROWS, random);
        return new Part(new SoftmaxSpec(some.length, classes, temperature), Part.same(Part.rows(some, classes), 2));
    }
}
