package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;
import static retort.kernels.simd.SimdSpecies.ZEROS;

import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernels that read A where it is: C = A B or C += A B for tiles of 1 to 6 rows by two vectors. Row i of A lies at
 * {@code a[ap + i * aStride ..]} and is cut into {@code segments} runs of {@code k} elements, each run {@code segmentStep} after
 * the one before: one run for a matrix, one for each kernel row in a convolution. B is packed, two vectors a row, and
 * continues from run to run. Row i of the tile lies at {@code c[to + i * stride ..]}.
 *
 * <p>Used where A is read once, so that packing it would cost more than it brings. Fences do not help this shape. The order
 * of the sums and the start of the accumulators are as in {@link ColumnTiles}.
 */
final class RowTiles {
    /** The tallest tile that the registers hold: with 16 of them, a sixth row spills (107 and 67 GFLOP/s on one AVX2 core). */
    static final int TALLEST = Math.min(6, SimdSpecies.TALLEST - 1);

    private final int segments;
    private final int segmentStep;
    private final int k;
    private final float[] a;
    private final int aStride;
    private final float[] b;
    private final float[] c;
    private final int stride;

    RowTiles(int segments, int segmentStep, int k, float[] a, int aStride, float[] b, float[] c, int stride) {
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
     * One tile.
     *
     * @param rows 1 to 6
     * @param add whether the product is added to the tile or overwrites it
     */
    void run(int rows, int ap, int bp, int to, boolean add) {
        float[] start = add ? c : ZEROS;
        int from = add ? to : 0;
        int step = add ? stride : 0;
        switch (rows) {
            case 6 -> tile6x2(ap, bp, start, from, step, to);
            case 5 -> tile5x2(ap, bp, start, from, step, to);
            case 4 -> tile4x2(ap, bp, start, from, step, to);
            case 3 -> tile3x2(ap, bp, start, from, step, to);
            case 2 -> tile2x2(ap, bp, start, from, step, to);
            case 1 -> tile1x2(ap, bp, start, from, step, to);
            default -> throw new IllegalArgumentException("no micro-kernel of " + rows + " rows");
        }
    }

    private void tile6x2(int ap, int bp, float[] start, int from, int step, int to) {
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c2r = FloatVector.fromArray(SPECIES, start, from + 2 * step + LANES);
        FloatVector c3l = FloatVector.fromArray(SPECIES, start, from + 3 * step);
        FloatVector c3r = FloatVector.fromArray(SPECIES, start, from + 3 * step + LANES);
        FloatVector c4l = FloatVector.fromArray(SPECIES, start, from + 4 * step);
        FloatVector c4r = FloatVector.fromArray(SPECIES, start, from + 4 * step + LANES);
        FloatVector c5l = FloatVector.fromArray(SPECIES, start, from + 5 * step);
        FloatVector c5r = FloatVector.fromArray(SPECIES, start, from + 5 * step + LANES);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[p + aStride]);
                c1l = a1.fma(left, c1l);
                c1r = a1.fma(right, c1r);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[p + 2 * aStride]);
                c2l = a2.fma(left, c2l);
                c2r = a2.fma(right, c2r);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[p + 3 * aStride]);
                c3l = a3.fma(left, c3l);
                c3r = a3.fma(right, c3r);
                FloatVector a4 = FloatVector.broadcast(SPECIES, a[p + 4 * aStride]);
                c4l = a4.fma(left, c4l);
                c4r = a4.fma(right, c4r);
                FloatVector a5 = FloatVector.broadcast(SPECIES, a[p + 5 * aStride]);
                c5l = a5.fma(left, c5l);
                c5r = a5.fma(right, c5r);
                bp += 2 * LANES;
            }
            ap += segmentStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
        c2l.intoArray(c, to + 2 * stride);
        c2r.intoArray(c, to + 2 * stride + LANES);
        c3l.intoArray(c, to + 3 * stride);
        c3r.intoArray(c, to + 3 * stride + LANES);
        c4l.intoArray(c, to + 4 * stride);
        c4r.intoArray(c, to + 4 * stride + LANES);
        c5l.intoArray(c, to + 5 * stride);
        c5r.intoArray(c, to + 5 * stride + LANES);
    }

    private void tile5x2(int ap, int bp, float[] start, int from, int step, int to) {
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c2r = FloatVector.fromArray(SPECIES, start, from + 2 * step + LANES);
        FloatVector c3l = FloatVector.fromArray(SPECIES, start, from + 3 * step);
        FloatVector c3r = FloatVector.fromArray(SPECIES, start, from + 3 * step + LANES);
        FloatVector c4l = FloatVector.fromArray(SPECIES, start, from + 4 * step);
        FloatVector c4r = FloatVector.fromArray(SPECIES, start, from + 4 * step + LANES);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[p + aStride]);
                c1l = a1.fma(left, c1l);
                c1r = a1.fma(right, c1r);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[p + 2 * aStride]);
                c2l = a2.fma(left, c2l);
                c2r = a2.fma(right, c2r);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[p + 3 * aStride]);
                c3l = a3.fma(left, c3l);
                c3r = a3.fma(right, c3r);
                FloatVector a4 = FloatVector.broadcast(SPECIES, a[p + 4 * aStride]);
                c4l = a4.fma(left, c4l);
                c4r = a4.fma(right, c4r);
                bp += 2 * LANES;
            }
            ap += segmentStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
        c2l.intoArray(c, to + 2 * stride);
        c2r.intoArray(c, to + 2 * stride + LANES);
        c3l.intoArray(c, to + 3 * stride);
        c3r.intoArray(c, to + 3 * stride + LANES);
        c4l.intoArray(c, to + 4 * stride);
        c4r.intoArray(c, to + 4 * stride + LANES);
    }

    private void tile4x2(int ap, int bp, float[] start, int from, int step, int to) {
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c2r = FloatVector.fromArray(SPECIES, start, from + 2 * step + LANES);
        FloatVector c3l = FloatVector.fromArray(SPECIES, start, from + 3 * step);
        FloatVector c3r = FloatVector.fromArray(SPECIES, start, from + 3 * step + LANES);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[p + aStride]);
                c1l = a1.fma(left, c1l);
                c1r = a1.fma(right, c1r);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[p + 2 * aStride]);
                c2l = a2.fma(left, c2l);
                c2r = a2.fma(right, c2r);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[p + 3 * aStride]);
                c3l = a3.fma(left, c3l);
                c3r = a3.fma(right, c3r);
                bp += 2 * LANES;
            }
            ap += segmentStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
        c2l.intoArray(c, to + 2 * stride);
        c2r.intoArray(c, to + 2 * stride + LANES);
        c3l.intoArray(c, to + 3 * stride);
        c3r.intoArray(c, to + 3 * stride + LANES);
    }

    private void tile3x2(int ap, int bp, float[] start, int from, int step, int to) {
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c2r = FloatVector.fromArray(SPECIES, start, from + 2 * step + LANES);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[p + aStride]);
                c1l = a1.fma(left, c1l);
                c1r = a1.fma(right, c1r);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[p + 2 * aStride]);
                c2l = a2.fma(left, c2l);
                c2r = a2.fma(right, c2r);
                bp += 2 * LANES;
            }
            ap += segmentStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
        c2l.intoArray(c, to + 2 * stride);
        c2r.intoArray(c, to + 2 * stride + LANES);
    }

    private void tile2x2(int ap, int bp, float[] start, int from, int step, int to) {
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[p + aStride]);
                c1l = a1.fma(left, c1l);
                c1r = a1.fma(right, c1r);
                bp += 2 * LANES;
            }
            ap += segmentStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
    }

    private void tile1x2(int ap, int bp, float[] start, int from, int step, int to) {
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        for (int segment = 0; segment < segments; segment++) {
            for (int p = ap; p < ap + k; p++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
                FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                bp += 2 * LANES;
            }
            ap += segmentStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
    }
}
