package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * y = a + b, or max(a + b, 0), over count elements of any shape: where two branches of a network meet. A NaN stays NaN.
 * Exact to one rounding.
 *
 * @param relu whether max(., 0) follows
 */
public record AddSpec(int count, boolean relu) implements Spec {
    private static final Pattern ID = SpecId.pattern("{count}(?<relu>\\+relu)?");

    public AddSpec {
        Require.positive("add", "count", count);
    }

    static AddSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "1000+relu");
        return new AddSpec(fields.integer("count"), fields.has("relu"));
    }

    @Override
    public Op op() {
        return Op.ADD;
    }

    @Override
    public String id() {
        return "add:" + count + (relu ? "+relu" : "");
    }

    @Override
    public List<Operand> operands() {
        Shape shape = Shape.of(count);
        return List.of(
                Operand.read("a", shape).ofAnyShape(),
                Operand.read("b", shape).ofAnyShape(),
                Operand.written("y", shape).ofAnyShape());
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(new AddSpec(at.length, relu), Part.same(at, 3));
    }
}
