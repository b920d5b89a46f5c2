package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * y = max(x, 0), or its gradient dX = y > 0 ? dY : 0, over count elements of any shape. A NaN stays NaN forward.
 * Exact.
 */
public record ReluSpec(Pass pass, int count) implements Spec {
    private static final Pattern ID = SpecId.pattern("{count}");

    public ReluSpec {
        Require.positive("relu", "count", count);
    }

    public static ReluSpec forward(int count) {
        return new ReluSpec(Pass.FORWARD, count);
    }

    public static ReluSpec gradient(int count) {
        return new ReluSpec(Pass.GRADIENT, count);
    }

    static ReluSpec parse(Pass pass, SpecId id) {
        return new ReluSpec(pass, id.match(ID, "a count").integer("count"));
    }

    @Override
    public Op op() {
        return pass == Pass.FORWARD ? Op.RELU : Op.RELU_DX;
    }

    @Override
    public String id() {
        return op().stem() + ":" + count;
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
                        Operand.read("y", shape).ofAnyShape(),
                        Operand.read("dY", shape).ofAnyShape(),
                        Operand.written("dX", shape).ofAnyShape());
        };
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] at = Part.some(count, Part.ELEMENTS, random);
        return new Part(new ReluSpec(pass, at.length), Part.same(at, operands().size()));
    }
}
