package retort.kernels.op;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Cross-entropy between targets t and p = softmax(z / T), with its gradient by the logits z, in one pass:
 *
 * <pre>
 * loss[i]       = - sum over c of t[i][c] log p[i][c]
 * dLogits[i][c] = (p[i][c] sum over j of t[i][j] - t[i][c]) / (T * rows)
 * outcome[i]    = { loss[i], argmax z[i] = argmax t[i] ? 1 : 0 }
 * </pre>
 *
 * <p>logits and dLogits are rows x classes, outcome is rows x 2; dLogits is the gradient of the mean loss. Targets are
 * either soft (rows x classes, sums near 1) or class indices (one a row, stored as float32, exact to 2^24); an index
 * that is no class gives an all-zero target. Ties of argmax go to the lowest index.
 *
 * <p>Error: with R = (classes + 8 + 4 max |z| / T) 2^-23 of a row, the loss is within 2 R + 32 classes eps, and a
 * gradient times T rows within the bound of its probability ({@link SoftmaxSpec}) times 1 + 8 eps, and 8 eps (1 + t);
 * eps = 2^-24. Targets whose sum is beyond 1 and losses beyond 16 scale this. Source: Hinton, Vinyals and Dean 2015,
 * section 2.
 *
 * @param temperature T, {@link Temperature}
 */
public record CrossEntropySpec(int rows, int classes, float temperature, Targets targets) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{classes}:T{temperature:}:(?<targets>hard|soft)");

    /** How the targets are given. */
    public enum Targets {
        /** A class index for each row. */
        HARD,
        /** A probability for each row and class. */
        SOFT
    }

    public CrossEntropySpec {
        Require.positive("cross-entropy", "rows", rows);
        Require.positive("cross-entropy", "classes", classes);
        Temperature.require("cross-entropy", temperature);
    }

    public Shape logitsShape() {
        return Shape.of(rows, classes);
    }

    public Shape targetsShape() {
        return targets == Targets.HARD ? Shape.of(rows) : logitsShape();
    }

    public Shape outcomeShape() {
        return Shape.of(rows, 2);
    }

    static CrossEntropySpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCLASSES:T3.5:soft, or :hard");
        return new CrossEntropySpec(
                fields.integer("rows"),
                fields.integer("classes"),
                fields.number("temperature"),
                fields.text("targets").equals("hard") ? Targets.HARD : Targets.SOFT);
    }

    @Override
    public Op op() {
        return Op.CROSS_ENTROPY;
    }

    @Override
    public String id() {
        return "cross-entropy:" + rows + "x" + classes + ":T" + SpecId.number(temperature) + ":"
                + (targets == Targets.HARD ? "hard" : "soft");
    }

    @Override
    public List<Operand> operands() {
        Operand.Content content =
                targets == Targets.HARD ? Operand.Content.labels(classes) : Operand.Content.PROBABILITIES;
        return List.of(
                Operand.read("logits", logitsShape()).holding(Operand.Content.LOGITS),
                Operand.read("targets", targetsShape()).holding(content),
                Operand.written("dLogits", logitsShape()),
                Operand.written("outcome", outcomeShape()));
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double eps = Bounds.EPS;
        double[][] bounds = Bounds.exact(operands());
        SoftmaxSpec softmax = new SoftmaxSpec(rows, classes, temperature);
        double[] p = softmax.bounds(new float[][] {inputs[0], new float[inputs[0].length]}, scalars, reference)[1];
        double share = 1.0 / (temperature * rows);
        for (int i = 0; i < rows; i++) {
            double largest = Bounds.largest(inputs[0], i * classes, (i + 1) * classes);
            double mass = targets == Targets.HARD ? 1 : mass(inputs[1], i);
            double loss = Math.max(16, 2 * largest / temperature + Math.log(classes));
            bounds[3][2 * i] = mass * (2 * Bounds.ofSoftmax(classes, largest, temperature) + 2 * eps * classes * loss);
            for (int e = i * classes; e < (i + 1) * classes; e++) {
                double t = targets == Targets.HARD ? 1 : inputs[1][e];
                bounds[2][e] = share * (mass * p[e] * (1 + 8 * eps) + 8 * eps * (mass + t));
            }
        }
        return bounds;
    }

    /** Of a row's targets, 1 at least. */
    private double mass(float[] t, int i) {
        double mass = 0;
        for (int e = i * classes; e < (i + 1) * classes; e++) {
            mass += t[e];
        }
        return Math.max(1, mass);
    }
}
