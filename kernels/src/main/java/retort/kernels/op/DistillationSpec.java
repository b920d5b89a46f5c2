package retort.kernels.op;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A student's loss against its teacher's logits v and the true label y, with its gradient by the student's logits z, in
 * one pass:
 *
 * <pre>
 * loss[i]       = hardShare CE(y[i], softmax(z[i])) + (1 - hardShare) T^2 D(v[i], z[i])
 * dLogits[i][c] = d loss[i] / d z[i][c] / rows
 * outcome[i]    = { loss[i], argmax z[i] = argmax v[i] ? 1 : 0 }
 * </pre>
 *
 * <p>D is the {@link Divergence}, at temperature T; the hard part is always at T = 1. T^2 keeps the two in proportion
 * when T is changed, since the gradient of D falls with 1 / T^2. KL stands where the paper has a cross-entropy with
 * soft targets: the two differ by the targets' entropy, so their gradients are equal, and KL is 0 when the student
 * equals its teacher.
 *
 * <p>logits and dLogits are rows x classes, outcome is rows x 2; dLogits is the gradient of the mean loss. A row of
 * targets is v[0], ..., v[classes - 1], y; the label is stored as float32, exact to 2^24, and one that is no class
 * makes the hard part 0. Ties of argmax go to the lowest index. A NaN logit, the student's or the teacher's, makes loss
 * and gradient of its row NaN.
 *
 * <p>Error: let m be the largest |z| or |v| of a row, L(T) = 2 m / T + ln classes, R(T) = (classes + 8 + 4 m / T)
 * 2^-23. The hard part of the loss is within R(1) (1 + L(1)) 2, of the gradient times rows within R(1) 2; the other
 * within
 *
 * <pre>
 *                T^2 D                           T^2 dD/dz
 * soft targets   3 T^2 R(T) (1 + L(T))           3 T R(T)
 * decoupled      the same times both weights     the same times both weights
 * standardized   the same                        12 T R(T) / sigma       with m = (classes + 12) sqrt(classes) / 4
 * logit error    (classes + 8) m^2 2^-23         m 2^-21 / classes
 * </pre>
 *
 * <p>Where m^2 is too large for float32, nothing is promised of the rows of logit error and standardized.
 *
 * <p>Source: Hinton, Vinyals and Dean 2015, section 2; for the divergences see there.
 *
 * @param temperature T, {@link Temperature}
 * @param hardShare of the cross-entropy with the true label, from 0 to 1
 */
public record DistillationSpec(int rows, int classes, Divergence divergence, float temperature, float hardShare)
        implements Spec {
    private static final Pattern ID = SpecId.pattern(
            "{rows}x{classes}:(?<divergence>soft-targets|logit-error|standardized|decoupled{target:},{nonTarget:})"
                    + ":T{temperature:}:hard{hardShare:}");

    public DistillationSpec {
        Require.positive("distillation", "rows", rows);
        if (classes < 2) {
            throw new IllegalArgumentException("distillation: classes must be 2 or more, got " + classes);
        }
        Temperature.require("distillation", temperature);
        if (!(hardShare >= 0 && hardShare <= 1)) {
            throw new IllegalArgumentException("distillation: hard share must be in [0, 1], got " + hardShare);
        }
    }

    public Shape logitsShape() {
        return Shape.of(rows, classes);
    }

    /** The teacher's logits and the label, row by row. */
    public Shape targetsShape() {
        return Shape.of(rows, classes + 1);
    }

    public Shape outcomeShape() {
        return Shape.of(rows, 2);
    }

    static DistillationSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCLASSES:soft-targets:T20:hard0.1");
        return new DistillationSpec(
                fields.integer("rows"),
                fields.integer("classes"),
                divergence(fields),
                fields.number("temperature"),
                fields.number("hardShare"));
    }

    private static Divergence divergence(SpecId.Fields fields) {
        return switch (fields.text("divergence")) {
            case "soft-targets" -> new Divergence.SoftTargets();
            case "logit-error" -> new Divergence.LogitError();
            case "standardized" -> new Divergence.Standardized();
            case String decoupled
            when decoupled.startsWith("decoupled") ->
                new Divergence.Decoupled(fields.number("target"), fields.number("nonTarget"));
            default -> throw new IllegalStateException("spec: no divergence " + fields.text("divergence"));
        };
    }

    @Override
    public Op op() {
        return Op.DISTILLATION;
    }

    @Override
    public String id() {
        return "distillation:" + rows + "x" + classes + ":" + divergence.id() + ":T" + SpecId.number(temperature)
                + ":hard" + SpecId.number(hardShare);
    }

    @Override
    public List<Operand> operands() {
        return List.of(
                Operand.read("logits", logitsShape()).holding(Operand.Content.LOGITS),
                Operand.read("targets", targetsShape()).holding(Operand.Content.logitsAndLabel(classes)),
                Operand.written("dLogits", logitsShape()),
                Operand.written("outcome", outcomeShape()));
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        boolean squares = divergence instanceof Divergence.LogitError || divergence instanceof Divergence.Standardized;
        for (int i = 0; i < rows; i++) {
            int z = i * classes;
            int v = i * (classes + 1);
            double largest =
                    Math.max(Bounds.largest(inputs[0], z, z + classes), Bounds.largest(inputs[1], v, v + classes));
            double hard = 2 * hardShare * Bounds.ofSoftmax(classes, largest, 1);
            double loss = (1 - hardShare) * lossBound(largest);
            double gradient = (1 - hardShare) * gradientBound(largest, inputs[0], z);
            boolean overflows = squares && largest * largest > Float.MAX_VALUE;
            bounds[3][2 * i] = overflows ? Double.POSITIVE_INFINITY : hard * (1 + logRange(largest, 1)) + loss;
            Arrays.fill(bounds[2], z, z + classes, overflows ? Double.POSITIVE_INFINITY : (hard + gradient) / rows);
        }
        return bounds;
    }

    /** Of T^2 D, for logits of at most m. */
    private double lossBound(double m) {
        return switch (divergence) {
            case Divergence.SoftTargets d -> softTargetsBound(m);
            case Divergence.Decoupled d -> (d.targetWeight() + d.nonTargetWeight()) * softTargetsBound(m);
            case Divergence.Standardized d -> softTargetsBound(standardizedRange());
            case Divergence.LogitError d -> (classes + 8) * m * m * 2 * Bounds.EPS;
        };
    }

    private double softTargetsBound(double m) {
        double t = temperature;
        return 3 * t * t * Bounds.ofSoftmax(classes, m, t) * (1 + logRange(m, t));
    }

    /** Of T^2 dD/dz, for logits of at most m; those of the row begin at {@code z[from]}. */
    private double gradientBound(double m, float[] z, int from) {
        double t = temperature;
        return switch (divergence) {
            case Divergence.SoftTargets d -> 3 * t * Bounds.ofSoftmax(classes, m, t);
            case Divergence.Decoupled d ->
                (d.targetWeight() + d.nonTargetWeight()) * 3 * t * Bounds.ofSoftmax(classes, m, t);
            case Divergence.Standardized d ->
                12 * t * Bounds.ofSoftmax(classes, standardizedRange(), t) / sigma(z, from);
            case Divergence.LogitError d -> 8 * m * Bounds.EPS / classes;
        };
    }

    /** L(T). */
    private double logRange(double m, double t) {
        return 2 * m / t + Math.log(classes);
    }

    private double standardizedRange() {
        return (classes + 12) * Math.sqrt(classes) / 4;
    }

    private double sigma(float[] z, int from) {
        double sum = 0;
        double squares = 0;
        for (int c = from; c < from + classes; c++) {
            sum += z[c];
            squares += (double) z[c] * z[c];
        }
        double mean = sum / classes;
        return Math.sqrt(squares / classes - mean * mean + Divergence.Standardized.VARIANCE_FLOOR);
    }
}
