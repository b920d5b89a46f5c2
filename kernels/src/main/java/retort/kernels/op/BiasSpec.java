package retort.kernels.op;

/** In place: x[i][j] += bias[j]; x is rows x columns, bias has one element a column. Exact to one rounding. */
public record BiasSpec(int rows, int columns) implements Spec {
    public BiasSpec {
        Spec.positive("bias", "rows", rows);
        Spec.positive("bias", "columns", columns);
    }

    public Shape xShape() {
        return Shape.of(rows, columns);
    }

    public Shape biasShape() {
        return Shape.of(columns);
    }

    @Override
    public String id() {
        return "bias:" + rows + "x" + columns;
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return (2L * rows * columns + columns) * ELEMENT_BYTES;
    }
}
