package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * indices[i] = the index of the largest of x[i][0..columns), the lowest among equals, stored as float32 (exact to
 * 2^24). x is rows x columns. Any number, -infinity too, is larger than NaN; a row of NaN alone gives 0. Exact.
 */
public record ArgmaxSpec(int rows, int columns) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{columns}");

    public ArgmaxSpec {
        Require.positive("argmax", "rows", rows);
        Require.positive("argmax", "columns", columns);
    }

    public Shape xShape() {
        return Shape.of(rows, columns);
    }

    public Shape indicesShape() {
        return Shape.of(rows);
    }

    static ArgmaxSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCOLUMNS");
        return new ArgmaxSpec(fields.integer("rows"), fields.integer("columns"));
    }

    @Override
    public Op op() {
        return Op.ARGMAX;
    }

    @Override
    public String id() {
        return "argmax:" + rows + "x" + columns;
    }

    @Override
    public List<Operand> operands() {
        return List.of(Operand.read("x", xShape()), Operand.written("indices", indicesShape()));
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(rows, Part.ROWS, random);
        return new Part(new ArgmaxSpec(some.length, columns), List.of(Part.rows(some, columns), some));
    }
}
