package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * One step over count parameters w with gradient g, in place:
 *
 * <pre>
 * velocity = momentum velocity - rate g
 * w = w + velocity, or with Nesterov's momentum w + momentum velocity - rate g
 * </pre>
 *
 * <p>With a {@link WeightDecay} g and w are first what that makes of them. A velocity below {@link Spec#STATE_FLOOR} in
 * magnitude becomes 0. At a constant rate the steps are those of PyTorch's SGD without dampening, whose buffer is
 * velocity / -rate; where the rate changes, the velocity here goes on at the rates that made it.
 *
 * <p>With s = |momentum velocity| + |rate g|: |error| of the velocity ≤ 3 eps s, of w ≤ 3 eps s + 2 eps (|w| + s),
 * eps = 2^-24. Where g has an error of its own, rate times that comes on top, with a margin of 1 %. With Nesterov's
 * momentum w changes by c = momentum s + |rate g| at most, and momentum times the velocity's error comes on top of
 * 3 eps c. With decay g has an error of 2 eps of its terms, and one more rounding of w. Either adds products to w that
 * may be too small for a normal number: 2^-148 for those, and with decay 2^-149 for that in g.
 *
 * <p>Source: Polyak 1964 and Nesterov 1983, as written by Sutskever et al. 2013.
 *
 * @param nesterov whether w moves by what the next velocity would be if the gradient stayed
 */
public record SgdSpec(int count, float rate, float momentum, boolean nesterov, WeightDecay decay)
        implements UpdateSpec {
    private static final Pattern ID = SpecId.pattern("{count}(?<nesterov>\\+nesterov)?(?<decay>\\+decay)?");

    public SgdSpec {
        Require.positive("sgd", "count", count);
        Require.positive("sgd", "learning rate", rate);
        Require.fraction("sgd", "momentum", momentum);
        decay.check("sgd", rate);
    }

    /** Without Nesterov's momentum and decay. */
    public SgdSpec(int count, float rate, float momentum) {
        this(count, rate, momentum, false, WeightDecay.NONE);
    }

    @Override
    public long flops() {
        return (4L + (nesterov ? 2 : 0) + (decay.isNone() ? 0 : 3)) * count;
    }

    static SgdSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "a count");
        return named(fields.integer("count"), fields.has("nesterov"), fields.has("decay"));
    }

    /** The rates that Keras has as defaults: 0.01 and no momentum. */
    public static SgdSpec withDefaults(int count) {
        return new SgdSpec(count, 0.01f, 0);
    }

    /** What an id means: a momentum of 0.9 where it is Nesterov's, and a penalty of 0.0005, both usual. */
    static SgdSpec named(int count, boolean nesterov, boolean decays) {
        WeightDecay decay = decays ? WeightDecay.penalty(5e-4f) : WeightDecay.NONE;
        return new SgdSpec(count, 0.01f, nesterov ? 0.9f : 0, nesterov, decay);
    }

    public SgdSpec with(WeightDecay other) {
        return new SgdSpec(count, rate, momentum, nesterov, other);
    }

    public SgdSpec withNesterov() {
        return new SgdSpec(count, rate, momentum, true, decay);
    }

    @Override
    public Op op() {
        return Op.SGD;
    }

    @Override
    public String idSuffix() {
        return (nesterov ? "+nesterov" : "") + UpdateSpec.super.idSuffix();
    }

    @Override
    public String id() {
        return "sgd:" + count + idSuffix();
    }

    @Override
    public List<Operand> operands() {
        Shape shape = Shape.of(count);
        return List.of(
                Operand.updated("w", shape).ofAnyShape().in(Operand.Layout.EITHER),
                Operand.read("gradient", shape).ofAnyShape().in(Operand.Layout.EITHER),
                Operand.updated("velocity", shape).ofAnyShape().in(Operand.Layout.EITHER));
    }

    @Override
    public double[][] bounds(float[][] inputs, double[] gradientBound, Scalars scalars) {
        double[][] bounds = Bounds.exact(operands());
        boolean decays = !decay.isNone();
        for (int e = 0; e < count; e++) {
            double w = Math.abs(inputs[0][e]);
            double g = Math.abs(inputs[1][e]) + decay.penalty() * w;
            double gError = gradientBound[e] + (decays ? 2 * Bounds.EPS * g + Float.MIN_VALUE : 0);
            double terms = Math.abs(momentum * inputs[2][e]) + rate * g;
            double change = nesterov ? momentum * terms + rate * g : terms;
            bounds[2][e] = 3 * Bounds.EPS * terms + 1.01 * rate * gError;
            bounds[0][e] = (nesterov
                            ? 3 * Bounds.EPS * change + 1.01 * (momentum * bounds[2][e] + rate * gError)
                            : bounds[2][e])
                    + (decays ? 3 : 2) * Bounds.EPS * (w + change)
                    + (nesterov || decays ? 2.0 * Float.MIN_VALUE : 0);
        }
        return bounds;
    }

    @Override
    public SgdSpec sized(int newCount) {
        return new SgdSpec(newCount, rate, momentum, nesterov, decay);
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(sized(at.length), Part.same(at, 3));
    }
}
