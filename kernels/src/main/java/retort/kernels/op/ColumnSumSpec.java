package retort.kernels.op;

/**
 * sums[j] = sum over i of x[i][j]; x is rows x columns. The gradient of a bias. |error| <= rows * eps * sum of |x[i][j]|,
 * eps = 2^-24.
 */
public record ColumnSumSpec(int rows, int columns) implements Spec {
    public ColumnSumSpec {
        Spec.positive("column-sum", "rows", rows);
        Spec.positive("column-sum", "columns", columns);
    }

    public Shape xShape() {
        return Shape.of(rows, columns);
    }

    public Shape sumsShape() {
        return Shape.of(columns);
    }

    @Override
    public String id() {
        return "column-sum:" + rows + "x" + columns;
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return ((long) rows * columns + columns) * ELEMENT_BYTES;
    }
}
