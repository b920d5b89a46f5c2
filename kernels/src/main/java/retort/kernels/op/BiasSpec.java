package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** In place: x[i][j] += bias[j]; x is rows x columns, bias has one element a column. Exact to one rounding. */
public record BiasSpec(int rows, int columns) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{columns}");

    public BiasSpec {
        Require.positive("bias", "rows", rows);
        Require.positive("bias", "columns", columns);
    }

    public Shape xShape() {
        return Shape.of(rows, columns);
    }

    public Shape biasShape() {
        return Shape.of(columns);
    }

    static BiasSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCOLUMNS");
        return new BiasSpec(fields.integer("rows"), fields.integer("columns"));
    }

    @Override
    public Op op() {
        return Op.BIAS;
    }

    @Override
    public String id() {
        return "bias:" + rows + "x" + columns;
    }

    @Override
    public List<Operand> operands() {
        return List.of(Operand.updated("x", xShape()), Operand.read("bias", biasShape()));
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(rows, Part.ROWS, random);
        return new Part(new BiasSpec(some.length, columns), List.of(Part.rows(some, columns), Part.all(columns)));
    }
}
