package retort.kernels.op;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * A smooth activation y = f(x), or its gradient dX = dY f'(x), over count elements of any shape:
 *
 * <pre>
 * SIGMOID  f(x) = 1 / (1 + exp(-x))      f'(x) = y (1 - y)
 * TANH     f(x) = tanh x                 f'(x) = (1 - y) (1 + y)
 * GELU     f(x) = x P(x)                 f'(x) = P(x) + x p(x)
 * SILU     f(x) = x s(x)                 f'(x) = s(x) (1 + x (1 - s(x)))
 * </pre>
 *
 * <p>P is the normal distribution, (1 + erf(x / sqrt 2)) / 2, and p its density: GELU is the exact one, not the
 * approximation by tanh. s is the sigmoid. The gradient reads y where f' is a polynomial of it, else x.
 *
 * <p>Error of the result, eps = 2^-24: forward 16 eps |y| and 2^-126 (1 + |x|), for GELU 16 eps |x| in place of 16 eps
 * |y|; the gradient 16 eps |dY| times max(1, y^2) for SIGMOID and TANH, 2 for GELU and SILU, and
 * 2^-126 (1 + |x|) (1 + |dY|). NaN stays NaN; where y^2 is too large for float32 nothing is promised.
 *
 * <p>Source: Hendrycks and Gimpel 2016 (GELU); Elfwing, Uchibe and Doya 2018 (SILU).
 */
public record ActivationSpec(Pass pass, Kind kind, int count) implements Spec {
    private static final Pattern ID = SpecId.pattern("(?<kind>sigmoid|tanh|gelu|silu):{count}");
    private static final double ERROR = 16 * Bounds.EPS;

    /** Which function. */
    public enum Kind {
        SIGMOID,
        TANH,
        GELU,
        SILU;

        /** Whether the gradient is computed from y, not x. */
        public boolean differentiatesByResult() {
            return this == SIGMOID || this == TANH;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ActivationSpec {
        Require.positive("activation", "count", count);
    }

    public static ActivationSpec forward(Kind kind, int count) {
        return new ActivationSpec(Pass.FORWARD, kind, count);
    }

    public static ActivationSpec gradient(Kind kind, int count) {
        return new ActivationSpec(Pass.GRADIENT, kind, count);
    }

    static ActivationSpec parse(Pass pass, SpecId id) {
        SpecId.Fields fields = id.match(ID, "gelu:1000");
        Kind kind = Kind.valueOf(fields.text("kind").toUpperCase(Locale.ROOT));
        return new ActivationSpec(pass, kind, fields.integer("count"));
    }

    @Override
    public Op op() {
        return pass == Pass.FORWARD ? Op.ACTIVATION : Op.ACTIVATION_DX;
    }

    @Override
    public String id() {
        return op().stem() + ":" + kind + ":" + count;
    }

    @Override
    public List<Operand> operands() {
        Shape shape = Shape.of(count);
        return switch (pass) {
            case FORWARD ->
                List.of(
                        Operand.read("x", shape).ofAnyShape(),
                        Operand.written("y", shape).ofAnyShape());
            case GRADIENT ->
                List.of(
                        Operand.read(kind.differentiatesByResult() ? "y" : "x", shape)
                                .ofAnyShape(),
                        Operand.read("dY", shape).ofAnyShape(),
                        Operand.written("dX", shape).ofAnyShape());
        };
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        float[] x = inputs[0];
        switch (pass) {
            case FORWARD -> {
                float[] scale = kind == Kind.GELU ? x : reference.run(this, inputs)[1];
                for (int e = 0; e < count; e++) {
                    bounds[1][e] = ERROR * Math.abs(scale[e]) + Float.MIN_NORMAL * (1 + Math.abs(x[e]));
                }
            }
            case GRADIENT -> {
                for (int e = 0; e < count; e++) {
                    double dY = Math.abs(inputs[1][e]);
                    double square = (double) x[e] * x[e];
                    double size = square > Float.MAX_VALUE ? Double.POSITIVE_INFINITY : Math.max(1, square);
                    double most = kind.differentiatesByResult() ? size : 2;
                    bounds[2][e] = ERROR * dY * most + Float.MIN_NORMAL * (1 + Math.abs(x[e])) * (1 + dY);
                }
            }
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(
                new ActivationSpec(pass, kind, at.length),
                Part.same(at, operands().size()));
    }
}
