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
 * <p>With a {@link WeightDecay} g and w are first what that makes of them; decoupled, that is AdamW. m and v below
 * {@link Spec#STATE_FLOOR} in magnitude become 0.
 *
 * <p>|error| of m and v ≤ 4 eps times the sum of the absolute values of its two terms, of w ≤ 2 eps (|w| + |change|)
 * and what those errors and 8 roundings make of the change, to first order with a margin of 1 %; eps = 2^-24. Where g
 * has an error of its own, (1 - beta1) and (1 - beta2) (2 |g| + error) times that come on top; with decay it has one
 * of 2 eps of its terms and 2^-149, and w one more rounding and 2^-149. Where g g may be too large for float32, nothing
 * is promised of v and w.
 *
 * <p>Source: Kingma and Ba 2015, algorithm 1 in the cheaper order of section 2, the form that Keras uses too;
 * Loshchilov and Hutter 2019, algorithm 2 (AdamW). PyTorch's Adam and AdamW add epsilon to sqrt(v / (1 - beta2^t)): a
 * larger epsilon in the first steps, by 1 / sqrt(1 - beta2^t), and else the same.
 */
public record AdamSpec(int count, float rate, float beta1, float beta2, float epsilon, WeightDecay decay)
        implements UpdateSpec {
    private static final Pattern ID = SpecId.pattern("{count}(?<decay>\\+decay)?");

    public AdamSpec {
        Require.positive("adam", "count", count);
        Require.positive("adam", "learning rate", rate);
        Require.fraction("adam", "beta1", beta1);
        Require.fraction("adam", "beta2", beta2);
        Require.positive("adam", "epsilon", epsilon);
        decay.check("adam", rate);
    }

    /** Without decay. */
    public AdamSpec(int count, float rate, float beta1, float beta2, float epsilon) {
        this(count, rate, beta1, beta2, epsilon, WeightDecay.NONE);
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
        return (decay.isNone() ? 12L : 15L) * count;
    }

    static AdamSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "a count");
        return named(fields.integer("count"), fields.has("decay"));
    }

    /** The rates that Keras has as defaults: 0.001, 0.9, 0.999 and 1e-7. */
    public static AdamSpec withDefaults(int count) {
        return new AdamSpec(count, 1e-3f, 0.9f, 0.999f, 1e-7f);
    }

    /** What an id means: AdamW with PyTorch's 0.01 where weights decay. */
    static AdamSpec named(int count, boolean decays) {
        return decays ? withDefaults(count).with(WeightDecay.decoupled(0.01f)) : withDefaults(count);
    }

    public AdamSpec with(WeightDecay other) {
        return new AdamSpec(count, rate, beta1, beta2, epsilon, other);
    }

    @Override
    public AdamSpec sized(int newCount) {
        return new AdamSpec(newCount, rate, beta1, beta2, epsilon, decay);
    }

    @Override
    public Op op() {
        return Op.ADAM;
    }

    @Override
    public String id() {
        return "adam:" + count + idSuffix();
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
        float[] m = inputs[2];
        float[] v = inputs[3];
        double eps = Bounds.EPS;
        double step = stepSize(scalars.step());
        boolean decays = !decay.isNone();
        for (int e = 0; e < count; e++) {
            double penalty = (double) decay.penalty() * w[e];
            double g = inputs[1][e] + penalty;
            double gError = gradientBound[e]
                    + (decays ? 2 * eps * (Math.abs(inputs[1][e]) + Math.abs(penalty)) + Float.MIN_VALUE : 0);
            double newM = Math.abs(beta1 * m[e]) + (1 - beta1) * Math.abs(g);
            double largest = Math.abs(g) + gError;
            boolean overflows = largest * largest > Float.MAX_VALUE;
            double newV = overflows ? Double.POSITIVE_INFINITY : beta2 * v[e] + (1 - beta2) * g * g;
            double mError = (1 - beta1) * gError + 4 * eps * newM;
            double vError = (1 - beta2) * gError * (2 * Math.abs(g) + gError) + 4 * eps * newV;
            double root = Math.sqrt(newV);
            double rootError = newV == 0 ? 0 : vError / (2 * root);
            double divisor = root + epsilon;
            double change = step * newM / divisor;
            double changeError = step * (mError / divisor + newM * rootError / (divisor * divisor)) + 8 * eps * change;
            bounds[2][e] = 1.01 * mError;
            bounds[3][e] = 1.01 * vError;
            bounds[0][e] = 1.01 * changeError
                    + (decays ? 3 : 2) * eps * (Math.abs(w[e]) + change)
                    + (decays ? Float.MIN_VALUE : 0);
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(sized(at.length), Part.same(at, 4));
    }
}
