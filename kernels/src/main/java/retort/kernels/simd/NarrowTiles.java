package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.PANEL;
import static retort.kernels.simd.SimdSpecies.SPECIES;
import static retort.kernels.simd.SimdSpecies.ZEROS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The micro-kernels of {@link RowTiles} for a panel of which C has half at most: C = A B or C += A B for tiles of 1, 2, 4 or 8 rows by one vector,
 * whose first lanes are stored. Two vectors and a copy of what is wanted of them took 1.3 to 1.9 times as long, with 6, 8 and 16 columns.
 *
 * <p>Each sum runs in the order of {@link RowTiles}.
 */
final class NarrowTiles {
    private static final int TALLEST = 8;

    private final int segments;
    private final int segmentStep;
    private final int k;
    private final float[] a;
    private final int aStride;
    private final float[] b;
    private final float[] c;
    private final int stride;

    /** The parameters are those of {@link RowTiles}. */
    NarrowTiles(int segments, int segmentStep, int k, float[] a, int aStride, float[] b, float[] c, int stride) {
        this.segments = segments;
        this.segmentStep = segmentStep;
        this.k = k;
        this.a = a;
        this.aStride = aStride;
        this.b = b;
        this.c = c;
        this.stride = stride;
    }

    /**
     * One panel of some rows.
     *
     * @param width columns that C has of it, a vector's lanes at most
     * @param add whether the product is added to C, of which whole vectors are then read, or overwrites it
     */
    void run(int rows, int ap, int bp, int to, int width, boolean add) {
        VectorMask<Float> stored = SPECIES.indexInRange(0, width);
        float[] start = add ? c : ZEROS;
        for (int row = 0, height; row < rows; row += height) {
            height = Math.min(TALLEST, Integer.highestOneBit(rows - row));
            int at = to + row * stride;
            tile(height, ap + row * aStride, bp, start, add ? at : 0, add ? stride : 0, at, stored);
        }
    }

    private void tile(int rows, int ap, int bp, float[] start, int from, int step, int to, VectorMask<Float> stored) {
        switch (rows) {
            case 8 -> tile8x1(ap, bp, start, from, step, to, stored);
            case 4 -> tile4x1(ap, bp, start, from, step, to, stored);
            case 2 -> tile2x1(ap, bp, start, from, step, to, stored);
            default -> tile1x1(ap, bp, start, from, to, stored);
        }
    }

    private void tile8x1(int ap, int bp, float[] start, int from, int step, int to, VectorMask<Float> stored) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c1 = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c2 = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c3 = FloatVector.fromArray(SPECIES, start, from + 3 * step);
        FloatVector c4 = FloatVector.fromArray(SPECIES, start, from + 4 * step);
        FloatVector c5 = FloatVector.fromArray(SPECIES, start, from + 5 * step);
        FloatVector c6 = FloatVector.fromArray(SPECIES, start, from + 6 * step);
        FloatVector c7 = FloatVector.fromArray(SPECIES, start, from + 7 * step);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp);
                c0 = FloatVector.broadcast(SPECIES, a[p]).fma(right, c0);
                c1 = FloatVector.broadcast(SPECIES, a[p + aStride]).fma(right, c1);
                c2 = FloatVector.broadcast(SPECIES, a[p + 2 * aStride]).fma(right, c2);
                c3 = FloatVector.broadcast(SPECIES, a[p + 3 * aStride]).fma(right, c3);
                c4 = FloatVector.broadcast(SPECIES, a[p + 4 * aStride]).fma(right, c4);
                c5 = FloatVector.broadcast(SPECIES, a[p + 5 * aStride]).fma(right, c5);
                c6 = FloatVector.broadcast(SPECIES, a[p + 6 * aStride]).fma(right, c6);
                c7 = FloatVector.broadcast(SPECIES, a[p + 7 * aStride]).fma(right, c7);
                bp += PANEL;
            }
            ap += segmentStep;
        }
        c0.intoArray(c, to, stored);
        c1.intoArray(c, to + stride, stored);
        c2.intoArray(c, to + 2 * stride, stored);
        c3.intoArray(c, to + 3 * stride, stored);
        c4.intoArray(c, to + 4 * stride, stored);
        c5.intoArray(c, to + 5 * stride, stored);
        c6.intoArray(c, to + 6 * stride, stored);
        c7.intoArray(c, to + 7 * stride, stored);
    }

    private void tile4x1(int ap, int bp, float[] start, int from, int step, int to, VectorMask<Float> stored) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c1 = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c2 = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c3 = FloatVector.fromArray(SPECIES, start, from + 3 * step);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp);
                c0 = FloatVector.broadcast(SPECIES, a[p]).fma(right, c0);
                c1 = FloatVector.broadcast(SPECIES, a[p + aStride]).fma(right, c1);
                c2 = FloatVector.broadcast(SPECIES, a[p + 2 * aStride]).fma(right, c2);
                c3 = FloatVector.broadcast(SPECIES, a[p + 3 * aStride]).fma(right, c3);
                bp += PANEL;
            }
            ap += segmentStep;
        }
        c0.intoArray(c, to, stored);
        c1.intoArray(c, to + stride, stored);
        c2.intoArray(c, to + 2 * stride, stored);
        c3.intoArray(c, to + 3 * stride, stored);
    }

    private void tile2x1(int ap, int bp, float[] start, int from, int step, int to, VectorMask<Float> stored) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c1 = FloatVector.fromArray(SPECIES, start, from + step);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp);
                c0 = FloatVector.broadcast(SPECIES, a[p]).fma(right, c0);
                c1 = FloatVector.broadcast(SPECIES, a[p + aStride]).fma(right, c1);
                bp += PANEL;
            }
            ap += segmentStep;
        }
        c0.intoArray(c, to, stored);
        c1.intoArray(c, to + stride, stored);
    }

    private void tile1x1(int ap, int bp, float[] start, int from, int to, VectorMask<Float> stored) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, start, from);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                c0 = FloatVector.broadcast(SPECIES, a[p]).fma(FloatVector.fromArray(SPECIES, b, bp), c0);
                bp += PANEL;
            }
            ap += segmentStep;
        }
        c0.intoArray(c, to, stored);
    }
}
