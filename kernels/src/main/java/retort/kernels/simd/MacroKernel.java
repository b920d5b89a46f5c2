package retort.kernels.simd;

import static retort.kernels.simd.Blocking.MR;
import static retort.kernels.simd.Blocking.NR;

/**
 * Some rows of C, and their products with packed panels. The last panel's missing columns go through a tile of scratch.
 */
final class MacroKernel {
    private final Scratch scratch;
    private float[] c;
    private int at;
    private int row;
    private int rows;
    private int columns;

    MacroKernel(Scratch scratch) {
        this.scratch = scratch;
    }

    /**
     * @param newAt index of C's first element in {@code newC}
     * @param newRow first row of this block
     * @param newColumns of C, all of them
     */
    MacroKernel set(float[] newC, int newAt, int newRow, int newRows, int newColumns) {
        c = newC;
        at = newAt;
        row = newRow;
        rows = newRows;
        columns = newColumns;
        return this;
    }

    /**
     * These rows of C, in the panels' columns: overwritten by left * right, or added to. Each panel meets all rows in
     * turn.
     */
    void multiply(Packing.ABlock left, Packing.BPanels right, boolean add) {
        int depth = right.depth();
        float[] edge = scratch.take(Scratch.Use.TILE, MR * NR);
        MicroKernel.Operands inside =
                scratch.operands().set(left.array(), right.array(), c, columns).adding(add);
        MicroKernel.Operands outside = scratch.edgeOperands()
                .set(left.array(), right.array(), edge, NR)
                .adding(add);
        TileKind kind = left.isPacked() ? TileKind.PACKED : TileKind.COLUMNS;
        int lda = left.step();
        for (int panel = 0; panel < right.count(); panel++) {
            int bp = right.at() + panel * right.step();
            int column = (right.first() + panel) * NR;
            int width = Math.min(NR, columns - column);
            for (int i = 0, height; i < rows; i += height) {
                height = Blocking.nextRows(rows - i, MR);
                MicroKernel kernel = kind.kernel(height);
                int ap = left.at() + i * (left.isPacked() ? depth : 1);
                int to = at + (row + i) * columns + column;
                if (width == NR) {
                    kernel.run(depth, ap, lda, bp, 1, inside, to);
                } else {
                    if (add) {
                        move(c, to, columns, edge, 0, NR, height, width);
                    }
                    kernel.run(depth, ap, lda, bp, 1, outside, 0);
                    move(edge, 0, NR, c, to, columns, height, width);
                }
            }
        }
    }

    private static void move(
            float[] from, int source, int sourceStride, float[] to, int target, int targetStride, int rows, int width) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, source + i * sourceStride, to, target + i * targetStride, width);
        }
    }
}
