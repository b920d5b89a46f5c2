package retort.kernels.op;

import java.util.List;
import java.util.regex.Pattern;

/**
 * y[i] = kept(i) ? x[i] / (1 - rate) : 0, over count elements of any shape; {@link DropoutKey} says which are kept.
 * Applied to dY under the same key it is its own gradient. Exact to one rounding of the product with the float32 scale.
 * Source: Srivastava et al. 2014, in the inverted form that needs nothing at inference.
 *
 * @param rate share of elements zeroed, in [0, 1)
 */
public record DropoutSpec(int count, float rate) implements Spec {
    private static final Pattern ID = SpecId.pattern("{count}:p{rate:}");

    public DropoutSpec {
        Require.positive("dropout", "count", count);
        Require.fraction("dropout", "rate", rate);
    }

    public float scale() {
        return 1 / (1 - rate);
    }

    static DropoutSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "COUNT:p0.5");
        return new DropoutSpec(fields.integer("count"), fields.number("rate"));
    }

    @Override
    public Op op() {
        return Op.DROPOUT;
    }

    @Override
    public String id() {
        return "dropout:" + count + ":p" + SpecId.number(rate);
    }

    @Override
    public List<Operand> operands() {
        Shape shape = Shape.of(count);
        return List.of(
                Operand.read("x", shape).ofAnyShape(),
                Operand.written("y", shape).ofAnyShape());
    }

    @Override
    public boolean drawsRandomNumbers() {
        return true;
    }
}
