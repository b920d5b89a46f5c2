package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * sums[j] = sum over i of x[i][j]; x is rows x columns. The gradient of a bias. |error| ≤ rows * eps * sum of
 * |x[i][j]|, eps = 2^-24.
 */
public record ColumnSumSpec(int rows, int columns) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{columns}");

    public ColumnSumSpec {
        Require.positive("column-sum", "rows", rows);
        Require.positive("column-sum", "columns", columns);
    }

    public Shape xShape() {
        return Shape.of(rows, columns);
    }

    public Shape sumsShape() {
        return Shape.of(columns);
    }

    static ColumnSumSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCOLUMNS");
        return new ColumnSumSpec(fields.integer("rows"), fields.integer("columns"));
    }

    @Override
    public Op op() {
        return Op.COLUMN_SUM;
    }

    @Override
    public String id() {
        return "column-sum:" + rows + "x" + columns;
    }

    @Override
    public List<Operand> operands() {
        return List.of(Operand.read("x", xShape()), Operand.written("sums", sumsShape()));
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        for (int e = 0; e < inputs[0].length; e++) {
            bounds[1][e % columns] += rows * Bounds.EPS * Math.abs(inputs[0][e]);
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(columns, Part.COLUMNS, random);
        int[] x = Part.grid(Part.all(rows), columns, some);
        return new Part(new ColumnSumSpec(rows, some.length), List.of(x, some));
    }
}
