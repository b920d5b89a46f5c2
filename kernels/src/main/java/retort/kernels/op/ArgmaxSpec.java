package retort.kernels.op;

/**
 * indices[i] = the index of the largest of x[i][0..columns), the lowest among equals, stored as float32 (exact to 2^24).
 * x is rows x columns. A NaN is never the largest; a row of NaN alone gives 0.
 */
public record ArgmaxSpec(int rows, int columns) implements Spec {
    public ArgmaxSpec {
        Spec.positive("argmax", "rows", rows);
        Spec.positive("argmax", "columns", columns);
    }

    public Shape xShape() {
        return Shape.of(rows, columns);
    }

    public Shape indicesShape() {
        return Shape.of(rows);
    }

    @Override
    public String id() {
        return "argmax:" + rows + "x" + columns;
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return ((long) rows * columns + rows) * ELEMENT_BYTES;
    }
}
