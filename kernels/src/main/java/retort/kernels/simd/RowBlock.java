package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.PANEL;
import static retort.kernels.simd.SimdSpecies.TALLEST;

/** Some rows of C, and their products with packed panels. The last panel's missing columns go through a tile of scratch. */
final class RowBlock {
    private final float[] c;
    private final int at;
    private final int row;
    private final int rows;
    private final int columns;
    private final float[] edge;

    /**
     * @param at index of C's first element in {@code c}
     * @param row first row of this block
     * @param columns of C, all of them
     */
    RowBlock(float[] c, int at, int row, int rows, int columns, Scratch scratch) {
        this.c = c;
        this.at = at;
        this.row = row;
        this.rows = rows;
        this.columns = columns;
        this.edge = scratch.take(Scratch.Use.TILE, TALLEST * PANEL);
    }

    /** These rows of C, in the panels' columns: overwritten by left * right, or added to. Each panel meets all rows in turn. */
    void multiply(Packing.Left left, Packing.Panels right, boolean add) {
        ColumnTiles inside = new ColumnTiles(left.array(), right.array(), PANEL, c, columns);
        ColumnTiles outside = new ColumnTiles(left.array(), right.array(), PANEL, edge, PANEL);
        int depth = right.depth();
        for (int panel = 0; panel < right.count(); panel++) {
            int bp = right.at() + panel * right.step();
            int column = (right.first() + panel) * PANEL;
            int width = Math.min(PANEL, columns - column);
            for (int i = 0, height; i < rows; i += height) {
                height = SimdSpecies.nextRows(rows - i, TALLEST);
                int ap = left.step() == 0 ? left.at() + i * depth : left.at() + i;
                int aStep = left.step() == 0 ? height : left.step();
                int to = at + (row + i) * columns + column;
                if (width == PANEL) {
                    inside.run(height, depth, ap, aStep, bp, to, add);
                } else {
                    if (add) {
                        move(c, to, columns, edge, 0, PANEL, height, width);
                    }
                    outside.run(height, depth, ap, aStep, bp, 0, add);
                    move(edge, 0, PANEL, c, to, columns, height, width);
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
