package retort.kernels.op;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * y[e] = a[e] op b[e mod period], over count elements of any shape; b has period elements: as many as a, one for each
 * channel of NHWC images, or one for all.
 *
 * <p>A quotient is within 4 eps of its magnitude, eps = 2^-24, everything else exact to one rounding.
 *
 * @param period divides count
 */
public record ArithmeticSpec(Operator operator, int count, int period) implements Spec {
    private static final Pattern ID = SpecId.pattern("(?<operator>"
            + Arrays.stream(Operator.values()).map(Operator::id).collect(Collectors.joining("|"))
            + "):{count}:b{period}");

    /** What is done to a pair of elements. */
    public enum Operator {
        /** a + b. */
        ADD,
        /** a - b. */
        SUBTRACT,
        /** a b. */
        MULTIPLY,
        /** a / b. */
        DIVIDE,
        /** b less than a ? b : a, so that a NaN in a stays and one in b does not show. */
        MINIMUM,
        /** b greater than a ? b : a, likewise. */
        MAXIMUM;

        /** As it stands in ids and names. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ArithmeticSpec {
        Require.positive("arithmetic", "count", count);
        Require.positive("arithmetic", "period", period);
        if (count % period != 0) {
            throw new IllegalArgumentException(
                    "arithmetic: b has " + period + " elements, expected a divisor of a's " + count);
        }
    }

    static ArithmeticSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "add:1024:b32");
        Operator operator = Operator.valueOf(fields.text("operator").toUpperCase(Locale.ROOT));
        return new ArithmeticSpec(operator, fields.integer("count"), fields.integer("period"));
    }

    @Override
    public Op op() {
        return Op.ARITHMETIC;
    }

    @Override
    public String id() {
        return "arithmetic:" + operator.id() + ":" + count + ":b" + period;
    }

    @Override
    public List<Operand> operands() {
        Shape shape = Shape.of(count);
        return List.of(
                Operand.read("a", shape).ofAnyShape(),
                Operand.read("b", Shape.of(period)).ofAnyShape(),
                Operand.written("y", shape).ofAnyShape());
    }

    @Override
    public boolean isExactOnIntegers() {
        return operator != Operator.DIVIDE;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        if (operator == Operator.DIVIDE) {
            float[] quotients = reference.run(this, inputs)[2];
            for (int e = 0; e < count; e++) {
                bounds[2][e] = 4 * Bounds.EPS * Math.abs(quotients[e]) + Float.MIN_NORMAL;
            }
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] rows = Part.some(count / period, Math.max(2, Part.ELEMENTS / period), random);
        int[] at = Part.rows(rows, period);
        return new Part(new ArithmeticSpec(operator, at.length, period), List.of(at, Part.all(period), at));
    }
}
