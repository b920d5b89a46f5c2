package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.PANEL;
import static retort.kernels.simd.SimdSpecies.SPECIES;
import static retort.kernels.simd.SimdSpecies.TALLEST;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.GemmSpec;
import retort.kernels.host.HostTensor;

/**
 * Copies blocks of a GEMM's operands into the order in which the micro-kernels read them. A goes, times alpha, into tiles of
 * rows, column by column; B into panels of two vectors, row by row, padded with zeros to whole panels.
 */
final class Packing {
    /** Packed columns of B: {@code count} panels from panel {@code first} on, each {@code depth} rows deep, at {@code array[at..]}. */
    record Panels(float[] array, int at, int first, int count, int depth) {}

    /**
     * Rows of A as {@link ColumnTiles} read them: packed into tiles if {@code step} is 0, else column by column where they
     * are, {@code step} apart.
     */
    record Left(float[] array, int at, int step) {
        static Left packed(float[] array, int at) {
            return new Left(array, at, 0);
        }
    }

    /** Rows that are read side by side: about as many streams as a core's prefetcher follows. */
    private static final int STREAMS = 32;

    private final GemmSpec spec;
    private final HostTensor a;
    private final HostTensor b;

    Packing(GemmSpec spec, HostTensor a, HostTensor b) {
        this.spec = spec;
        this.a = a;
        this.b = b;
    }

    /** Columns p .. p + depth of rows row .. row + rows of alpha op(A): where they are if they can be read there, else packed. */
    Left left(int row, int rows, int p, int depth, Scratch scratch) {
        if (spec.transA() && spec.alpha() == 1) {
            return new Left(a.array(), a.offset() + p * spec.m() + row, spec.m());
        }
        float[] packed = scratch.take(Scratch.Use.LEFT, rows * depth);
        packLeft(packed, 0, row, rows, p, depth);
        return Left.packed(packed, 0);
    }

    /** Packs rows row .. row + rows, columns p .. p + depth of alpha op(A) into tiles at {@code to[at..]}. */
    void packLeft(float[] to, int at, int row, int rows, int p, int depth) {
        for (int done = 0, height; done < rows; done += height) {
            height = SimdSpecies.nextRows(rows - done, TALLEST);
            packTile(to, at + done * depth, height, row + done, height, p, depth);
        }
    }

    /** Packs all of alpha op(A)', k x m, as if it were B: panels of m, k deep. */
    void packLeftAsPanels(float[] to) {
        for (int row = 0; row < spec.m(); row += PANEL) {
            packTile(to, row * spec.k(), PANEL, row, Math.min(PANEL, spec.m() - row), 0, spec.k());
        }
    }

    /** Rows of alpha op(A) side by side, {@code step} elements a column; missing rows are zeros. */
    private void packTile(float[] to, int at, int step, int row, int rows, int p, int depth) {
        float alpha = spec.alpha();
        float[] from = a.array();
        for (int i = 0; i < rows; i++) {
            int source = a.offset() + (spec.transA() ? p * spec.m() + row + i : (row + i) * spec.k() + p);
            int stride = spec.transA() ? spec.m() : 1;
            for (int q = 0, target = at + i; q < depth; q++, target += step, source += stride) {
                to[target] = alpha * from[source];
            }
        }
        for (int i = rows; i < step; i++) {
            for (int q = 0; q < depth; q++) {
                to[at + q * step + i] = 0;
            }
        }
    }

    /** Packs rows p .. p + depth of {@code count} panels of scale op(B), from panel {@code first} on, to {@code to[at..]}. */
    Panels packRight(float[] to, int at, float scale, int p, int depth, int first, int count) {
        if (spec.transB()) {
            packRightTransposed(to, at, scale, p, depth, first, count);
        } else {
            packRightRows(to, at, scale, p, depth, first, count);
        }
        return new Panels(to, at, first, count, depth);
    }

    /**
     * Some rows at a time, panel by panel: each row is then a stream that the hardware prefetcher follows, and what is
     * written lies together. Row by row the writes would lie 4 KiB multiples apart, and cost twice the time.
     */
    private void packRightRows(float[] to, int at, float scale, int p, int depth, int first, int count) {
        int n = spec.n();
        int whole = Math.min(count, n / PANEL - first);
        for (int top = 0; top < depth; top += STREAMS) {
            int rows = Math.min(STREAMS, depth - top);
            int source = b.offset() + (p + top) * n + first * PANEL;
            int target = at + top * PANEL;
            for (int panel = 0; panel < whole; panel++) {
                copyPanel(to, target + panel * depth * PANEL, scale, source + panel * PANEL, rows);
            }
            if (whole < count) {
                copyEdge(
                        to,
                        target + whole * depth * PANEL,
                        scale,
                        source + whole * PANEL,
                        rows,
                        n - (first + whole) * PANEL);
            }
        }
    }

    private void copyPanel(float[] to, int target, float scale, int source, int rows) {
        float[] from = b.array();
        for (int q = 0; q < rows; q++) {
            FloatVector left = FloatVector.fromArray(SPECIES, from, source);
            FloatVector right = FloatVector.fromArray(SPECIES, from, source + LANES);
            left.mul(scale).intoArray(to, target);
            right.mul(scale).intoArray(to, target + LANES);
            source += spec.n();
            target += PANEL;
        }
    }

    /** The last panel's {@code width} columns; the others are zeros. */
    private void copyEdge(float[] to, int target, float scale, int source, int rows, int width) {
        Arrays.fill(to, target, target + rows * PANEL, 0);
        float[] from = b.array();
        for (int q = 0; q < rows; q++) {
            for (int j = 0; j < width; j++) {
                to[target + q * PANEL + j] = scale * from[source + q * spec.n() + j];
            }
        }
    }

    /** B stored n x k: a row of it becomes a column of a panel. */
    private void packRightTransposed(float[] to, int at, float scale, int p, int depth, int first, int count) {
        for (int panel = 0; panel < count; panel++) {
            int column = (first + panel) * PANEL;
            int base = at + panel * depth * PANEL;
            for (int j = 0; j < PANEL; j++) {
                boolean inside = column + j < spec.n();
                int source = b.offset() + (column + j) * spec.k() + p;
                for (int q = 0, target = base + j; q < depth; q++, target += PANEL) {
                    to[target] = inside ? scale * b.array()[source + q] : 0;
                }
            }
        }
    }
}
