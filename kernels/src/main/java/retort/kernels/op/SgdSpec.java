package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * velocity = momentum velocity - rate g, then w = w + velocity, over count parameters w with gradient g, in place.
 * A velocity below {@link Spec#STATE_FLOOR} in magnitude becomes 0.
 *
 * <p>With s = |momentum velocity| + |rate g|: |error| of the velocity ≤ 3 eps s, of w ≤ 3 eps s + 2 eps (|w| + s),
 * eps = 2^-24. Where g has an error of its own, rate times that comes on top, with a margin of 1 %.
 *
 * <p>Source: Polyak 1964, as written by Sutskever et al. 2013.
 */
public record SgdSpec(int count, float rate, float momentum) implements UpdateSpec {
    private static final Pattern ID = SpecId.pattern("{count}");

    public SgdSpec {
        Require.positive("sgd", "count", count);
        Require.positive("sgd", "learning rate", rate);
        Require.fraction("sgd", "momentum", momentum);
    }

    @Override
    public long flops() {
        return 4L * count;
    }

    static SgdSpec parse(SpecId id) {
        return withDefaults(id.match(ID, "a count").integer("count"));
    }

    /** The rates that Keras has as defaults: 0.01 and no momentum. */
    public static SgdSpec withDefaults(int count) {
        return new SgdSpec(count, 0.01f, 0);
    }

    @Override
    public Op op() {
        return Op.SGD;
    }

    @Override
    public String id() {
        return "sgd:" + count;
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
        for (int e = 0; e < count; e++) {
            double terms = Math.abs(momentum * inputs[2][e]) + Math.abs(rate * inputs[1][e]);
            bounds[2][e] = 3 * Bounds.EPS * terms + 1.01 * rate * gradientBound[e];
            bounds[0][e] = bounds[2][e] + 2 * Bounds.EPS * (Math.abs(inputs[0][e]) + terms);
        }
        return bounds;
    }

    @Override
    public SgdSpec sized(int newCount) {
        return new SgdSpec(newCount, rate, momentum);
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(sized(at.length), Part.same(at, 3));
    }
}
