package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

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
 * <p>|error| of m and v ≤ 4 eps times the sum of the absolute values of its two terms, of w ≤ 2 eps (|w| + |change|)
 * and what those errors and 8 roundings make of the change, to first order with a margin of 1 %; eps = 2^-24. Where g
 * has an error of its own, (1 - beta1) and (1 - beta2) (2 |g| + error) times that come on top. Where
 * g g may be too large for float32, nothing is promised of v and w.
 *
 * <p>Source: Kingma and Ba 2015, algorithm 1 in the cheaper order of section 2, the form that Keras uses too.
 */
public record AdamSpec(int count, float rate, float beta1, float beta2, float epsilon) implements UpdateSpec {
    private static final Pattern ID = SpecId.pattern("{count}");

    public AdamSpec {
        Require.positive("adam", "count", count);
        Require.positive("adam", "learning rate", rate);
        Require.fraction("adam", "beta1", beta1);
        Require.fraction("adam", "beta2", beta2);
        Require.positive("adam", "epsilon", epsilon);
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

    /** Multiplications, additions, a division and a square root, each one. */
    @Override
    public long flops() {
        return 12L * count;
    }

    static AdamSpec parse(SpecId id) {
        return withDefaults(id.match(ID, "a count").integer("count"));
    }

    /** The rates that Keras has as defaults: 0.001, 0.9, 0.999 and 1e-7. */
    public static AdamSpec withDefaults(int count) {
        return new AdamSpec(count, 1e-3f, 0.9f, 0.999f, 1e-7f);
    }

    @Override
    public AdamSpec sized(int newCount) {
        return new AdamSpec(newCount, rate, beta1, beta2, epsilon);
    }

    @Override
    public Op op() {
        return Op.ADAM;
    }

    @Override
    public String id() {
        return "adam:" + count;
    }

    @Override
    public List<Operand> operands() {
        Shape shape = Shape.of(count);
        return List.of(
                Operand.updated("w", shape).ofAnyShape().in(Operand.Layout.EITHER),
                Operand.read("gradient", shape).ofAnyShape().in(Operand.Layout.EITHER),
                Operand.updated("m", shape).ofAnyShape().in(Operand.Layout.EITHER),
                Operand.updated("v", shape)
                        .ofAnyShape()
                        .in(Operand.Layout.EITHER)
                        .holding(Operand.Content.NON_NEGATIVE));
    }

    @Override
    public boolean countsSteps() {
        return true;
    }

    @Override
    public double[][] bounds(float[][] inputs, double[] gradientBound, Scalars scalars) {
        double[][] bounds = Bounds.exact(operands());
        float[] w = inputs[0];
        float[] g = inputs[1];
        float[] m = inputs[2];
        float[] v = inputs[3];
        double eps = Bounds.EPS;
        double step = stepSize(scalars.step());
        for (int e = 0; e < count; e++) {
            double newM = Math.abs(beta1 * m[e]) + (1 - beta1) * Math.abs(g[e]);
            double largest = Math.abs(g[e]) + gradientBound[e];
            boolean overflows = largest * largest > Float.MAX_VALUE;
            double newV = overflows ? Double.POSITIVE_INFINITY : beta2 * v[e] + (1 - beta2) * g[e] * (double) g[e];
            double mError = (1 - beta1) * gradientBound[e] + 4 * eps * newM;
            double vError = (1 - beta2) * gradientBound[e] * (2 * Math.abs(g[e]) + gradientBound[e]) + 4 * eps * newV;
            double root = Math.sqrt(newV);
            double rootError = newV == 0 ? 0 : vError / (2 * root);
            double divisor = root + epsilon;
            double change = step * newM / divisor;
            double changeError = step * (mError / divisor + newM * rootError / (divisor * divisor)) + 8 * eps * change;
            bounds[2][e] = 1.01 * mError;
            bounds[3][e] = 1.01 * vError;
            bounds[0][e] = 1.01 * changeError + 2 * eps * (Math.abs(w[e]) + change);
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(sized(at.length), Part.same(at, 4));
    }
}
