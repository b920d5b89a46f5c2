package retort.kernels.simd;

import static retort.kernels.simd.Blocking.MR;
import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.Blocking.STREAMS;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.GemmSpec;

/**
 * Copies blocks of a GEMM's operands into the order in which the micro-kernels read them. A goes, times alpha, into
 * tiles of rows, column by column; B into panels of two vectors, row by row, padded with zeros to whole panels. Weights
 * of fewer bits are widened on the way.
 */
final class Packing {
    /**
     * Packed columns of B: {@code count} panels from panel {@code first} on, {@code depth} rows of each. The first
     * begins at {@code array[at]}, the others {@code step} elements apart. Filled in anew as often as needed.
     */
    static final class BPanels {
        private float[] array;
        private int at;
        private int step;
        private int first;
        private int count;
        private int depth;

        BPanels set(float[] newArray, int newAt, int newStep, int newFirst, int newCount, int newDepth) {
            array = newArray;
            at = newAt;
            step = newStep;
            first = newFirst;
            count = newCount;
            depth = newDepth;
            return this;
        }

        /** Panels from the first on that lie one after the other, from the array's beginning. */
        BPanels set(float[] newArray, int newCount, int newDepth) {
            return set(newArray, 0, newDepth * NR, 0, newCount, newDepth);
        }

        /** One of them, as if there were no other. */
        BPanels only(int number) {
            return new BPanels().set(array, at + number * step, step, 0, 1, depth);
        }

        float[] array() {
            return array;
        }

        int at() {
            return at;
        }

        int step() {
            return step;
        }

        int first() {
            return first;
        }

        int count() {
            return count;
        }

        int depth() {
            return depth;
        }
    }

    /**
     * Rows of A as {@link TileKind#COLUMNS} reads them: packed into tiles if {@code step} is 0, else column by column
     * where they are, {@code step} apart. Filled in anew as often as needed.
     */
    static final class ABlock {
        private float[] array;
        private int at;
        private int step;

        ABlock set(float[] newArray, int newAt, int newStep) {
            array = newArray;
            at = newAt;
            step = newStep;
            return this;
        }

        ABlock packed(float[] newArray, int newAt) {
            return set(newArray, newAt, 0);
        }

        boolean isPacked() {
            return step == 0;
        }

        float[] array() {
            return array;
        }

        int at() {
            return at;
        }

        int step() {
            return step;
        }
    }

    private final GemmSpec spec;
    private final HostTensor a;
    private final HostTensor b;
    private final SimdWeights weights;

    Packing(GemmSpec spec, HostTensor a, HostTensor b) {
        this.spec = spec;
        this.a = a;
        this.b = b;
        this.weights = spec.typeB() == ElementType.FLOAT32 ? null : new SimdWeights(b);
    }

    /**
     * Columns p .. p + depth of rows row .. row + rows of alpha op(A): where they are if they can be read there, else
     * packed to {@code to[at..]}.
     */
    ABlock aBlock(ABlock block, int row, int rows, int p, int depth, float[] to, int at) {
        if (spec.transA() && spec.alpha() == 1) {
            return block.set(a.array(), a.offset() + p * spec.m() + row, spec.m());
        }
        packA(to, at, row, rows, p, depth);
        return block.packed(to, at);
    }

    /** Packs rows row .. row + rows, columns p .. p + depth of alpha op(A) into tiles at {@code to[at..]}. */
    void packA(float[] to, int at, int row, int rows, int p, int depth) {
        packA(to, at, row, rows, p, depth, MR);
    }

    /** The same into tiles of mr rows. */
    void packA(float[] to, int at, int row, int rows, int p, int depth, int mr) {
        for (int done = 0, height; done < rows; done += height) {
            height = Blocking.nextRows(rows - done, mr);
            packTile(to, at + done * depth, height, row + done, height, p, depth);
        }
    }

    /**
     * Packs all of alpha op(A)', k x m, as if it were B: panels of m, {@code depth} deep, with rows of zeros from k on.
     */
    void packAAsPanels(float[] to, int depth) {
        for (int row = 0; row < spec.m(); row += NR) {
            int at = row * depth;
            packTile(to, at, NR, row, Math.min(NR, spec.m() - row), 0, spec.k());
            Arrays.fill(to, at + spec.k() * NR, at + depth * NR, 0);
        }
    }

    /**
     * Panels of scale op(B), rows p .. p + depth: where they are if B is packed so already, else packed to
     * {@code to[at..]}.
     */
    BPanels bPanels(BPanels panels, float[] to, int at, float scale, int p, int depth, int first, int count) {
        if (spec.packedB() && !spec.transB() && scale == 1 && weights == null) {
            int step = spec.k() * NR;
            return panels.set(b.array(), b.offset() + first * step + p * NR, step, first, count, depth);
        }
        packB(to, at, scale, p, depth, first, count);
        return panels.set(to, at, panelStep(depth), first, count, depth);
    }

    /** Rows of alpha op(A) side by side, {@code step} elements a column; missing rows are zeros. */
    private void packTile(float[] to, int at, int step, int row, int rows, int p, int depth) {
        int first = a.offset() + (spec.transA() ? p * spec.m() + row : row * spec.k() + p);
        int rowStride = spec.transA() ? 1 : spec.k();
        int stride = spec.transA() ? spec.m() : 1;
        int i = 0;
        for (; i + 4 <= rows; i += 4) {
            packFourRows(to, at + i, step, first + i * rowStride, rowStride, stride, depth);
        }
        for (; i < rows; i++) {
            packRow(to, at + i, step, first + i * rowStride, stride, depth);
        }
        for (; i < step; i++) {
            for (int q = 0; q < depth; q++) {
                to[at + q * step + i] = 0;
            }
        }
    }

    /** Four rows at a time, so that four streams of memory are waited for at once. */
    private void packFourRows(float[] to, int at, int step, int first, int rowStride, int stride, int depth) {
        float[] from = a.array();
        float alpha = spec.alpha();
        int target = at;
        int source = first;
        for (int q = 0; q < depth; q++) {
            to[target] = alpha * from[source];
            to[target + 1] = alpha * from[source + rowStride];
            to[target + 2] = alpha * from[source + 2 * rowStride];
            to[target + 3] = alpha * from[source + 3 * rowStride];
            target += step;
            source += stride;
        }
    }

    private void packRow(float[] to, int at, int step, int first, int stride, int depth) {
        for (int q = 0; q < depth; q++) {
            to[at + q * step] = spec.alpha() * a.array()[first + q * stride];
        }
    }

    /**
     * Elements from a panel of this depth to the next where they are packed side by side. One line more than it holds:
     * panels a power of two apart would all lie in the same few sets of the first-level cache.
     */
    static int panelStep(int depth) {
        return depth * NR + NR;
    }

    /** Elements of so many. */
    static long panelsSize(int panels, int depth) {
        return panels * (depth + 1L) * NR;
    }

    /**
     * Packs rows p .. p + depth of {@code count} panels of scale op(B), from panel {@code first} on, to
     * {@code to[at..]}.
     *
     * <p>Row by row in row-major order, as the hardware prefetcher likes it best. Else some rows at a time, panel by
     * panel: each row is then a stream that it can follow, and what is written lies together. (Packing the next block
     * between the tiles of this one, so that memory is never idle, was 13 % slower.)
     */
    private void packB(float[] to, int at, float scale, int p, int depth, int first, int count) {
        int step = panelStep(depth);
        if (!spec.transB() && !spec.packedB()) {
            for (int q = 0; q < depth; q++) {
                copyRow(to, at + q * NR, step, scale, p + q, first, count);
            }
            return;
        }
        for (int top = 0; top < depth; top += STREAMS) {
            int rows = Math.min(STREAMS, depth - top);
            for (int panel = 0; panel < count; panel++) {
                int target = at + panel * step + top * NR;
                int column = (first + panel) * NR;
                if (weights != null) {
                    weights.widen(first + panel, p + top, rows, scale, to, target);
                } else if (spec.transB()) {
                    copyTransposed(to, target, scale, column, p + top, rows, Math.min(NR, spec.n() - column));
                } else {
                    copyPanel(to, target, scale, b.offset() + column * spec.k() + (p + top) * NR, rows);
                }
            }
        }
    }

    /** Row {@code row} of some panels, each of which begins {@code step} after the one before. */
    private void copyRow(float[] to, int target, int step, float scale, int row, int first, int count) {
        float[] from = b.array();
        int source = b.offset() + row * spec.n() + first * NR;
        int whole = Math.min(count, spec.n() / NR - first);
        for (int panel = 0; panel < whole; panel++) {
            FloatVector left = FloatVector.fromArray(SPECIES, from, source);
            FloatVector right = FloatVector.fromArray(SPECIES, from, source + LANES);
            left.mul(scale).intoArray(to, target);
            right.mul(scale).intoArray(to, target + LANES);
            source += NR;
            target += step;
        }
        if (whole < count) {
            int width = spec.n() % NR;
            for (int j = 0; j < width; j++) {
                to[target + j] = scale * from[source + j];
            }
            Arrays.fill(to, target + width, target + NR, 0);
        }
    }

    /**
     * Packs all of a row-major B of a vector of columns at most, times scale, to {@code to}: a vector for each row,
     * with whatever follows in B behind the last column.
     */
    void packSkinny(float[] to, float scale) {
        int k = spec.k();
        int n = spec.n();
        float[] from = b.array();
        int whole = Math.max(0, Math.floorDiv(k * n - LANES, n) + 1);
        for (int p = 0; p < whole; p++) {
            FloatVector.fromArray(SPECIES, from, b.offset() + p * n).mul(scale).intoArray(to, p * LANES);
        }
        for (int p = whole; p < k; p++) {
            for (int j = 0; j < n; j++) {
                to[p * LANES + j] = scale * from[b.offset() + p * n + j];
            }
        }
    }

    private void copyPanel(float[] to, int target, float scale, int source, int rows) {
        float[] from = b.array();
        for (int e = 0; e < rows * NR; e += LANES) {
            FloatVector.fromArray(SPECIES, from, source + e).mul(scale).intoArray(to, target + e);
        }
    }

    /** B stored n x k: a row of it becomes a column of a panel; columns from {@code width} on are zeros. */
    private void copyTransposed(float[] to, int target, float scale, int column, int p, int rows, int width) {
        if (width < NR) {
            Arrays.fill(to, target, target + rows * NR, 0);
        }
        float[] from = b.array();
        // Elements of a row that lie side by side: all of them, or those within a panel.
        int run = spec.packedB() ? NR : rows;
        for (int j = 0; j < width; j++) {
            for (int q = 0; q < rows; q += run) {
                int source = storedTransposed(column + j, p + q);
                for (int i = q; i < Math.min(q + run, rows); i++) {
                    to[target + i * NR + j] = scale * from[source + i - q];
                }
            }
        }
    }

    /**
     * Index of row {@code row}, column {@code column} of a B stored n x k; a packed one's columns are multiples of the
     * panel.
     */
    private int storedTransposed(int row, int column) {
        return b.offset() + (spec.packedB() ? column * spec.n() + row * NR : row * spec.k() + column);
    }
}
