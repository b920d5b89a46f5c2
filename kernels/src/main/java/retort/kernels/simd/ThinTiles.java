package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.PANEL;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernels of a convolution three wide over one channel, as over grey images. Its sums are so short that starting
 * and ending a tile costs as much as the products, so one call does all tiles of a row, and the three products under one
 * row of the kernel are written out. Each sum runs in the order of {@link RowTiles}, so bits do not depend on which of them did it.
 *
 * <p>The fences are those of {@link ColumnTiles}: 50 with, 39 GFLOP/s without them on one AVX2 core, where RowTiles give 30.
 */
final class ThinTiles {
    /** Elements under one row of the kernel. */
    static final int RUN = 3;

    private final int rows;
    private final int rowStep;
    private final float[] a;
    private final float[] b;
    private final float[] c;
    private final int stride;

    /**
     * @param rows of the kernel
     * @param rowStep from an input row to the next in {@code a}
     * @param b the filter in panels
     * @param stride from an output pixel to the next in {@code c}
     */
    ThinTiles(int rows, int rowStep, float[] a, float[] b, float[] c, int stride) {
        this.rows = rows;
        this.rowStep = rowStep;
        this.a = a;
        this.b = b;
        this.c = c;
        this.stride = stride;
    }

    /**
     * One panel of a row of {@code width} output pixels, or of as many of its first ones as tiles of six and five pixels can
     * cover.
     *
     * @return the pixels done
     */
    int run(int width, int ap, int bp, int to) {
        int tiles = Math.ceilDiv(width, 6);
        int fives = 6 * tiles - width;
        if (fives > tiles) {
            tiles = width / 6;
            fives = 0;
        }
        int sixes = tiles - fives;
        tiles6x2(sixes, ap, bp, to);
        tiles5x2(fives, ap + 6 * sixes, bp, to + 6 * sixes * stride);
        return 6 * sixes + 5 * fives;
    }

    private void tiles6x2(int tiles, int ap, int bp, int to) {
        float[] a = this.a;
        float[] b = this.b;
        int left = ap;
        int target = to;
        for (int tile = 0; tile < tiles; tile++) {
            FloatVector c0l = FloatVector.zero(SPECIES);
            FloatVector c0r = FloatVector.zero(SPECIES);
            FloatVector c1l = FloatVector.zero(SPECIES);
            FloatVector c1r = FloatVector.zero(SPECIES);
            FloatVector c2l = FloatVector.zero(SPECIES);
            FloatVector c2r = FloatVector.zero(SPECIES);
            FloatVector c3l = FloatVector.zero(SPECIES);
            FloatVector c3r = FloatVector.zero(SPECIES);
            FloatVector c4l = FloatVector.zero(SPECIES);
            FloatVector c4r = FloatVector.zero(SPECIES);
            FloatVector c5l = FloatVector.zero(SPECIES);
            FloatVector c5r = FloatVector.zero(SPECIES);
            int p = left;
            int q = bp;
            for (int row = 0; row < rows; row++) {
                FloatVector b0l = FloatVector.fromArray(SPECIES, b, q);
                FloatVector b0r = FloatVector.fromArray(SPECIES, b, q + LANES);
                VarHandle.acquireFence();
                FloatVector a00 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a00.fma(b0l, c0l);
                c0r = a00.fma(b0r, c0r);
                VarHandle.acquireFence();
                FloatVector a01 = FloatVector.broadcast(SPECIES, a[p + 1]);
                c1l = a01.fma(b0l, c1l);
                c1r = a01.fma(b0r, c1r);
                VarHandle.acquireFence();
                FloatVector a02 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c2l = a02.fma(b0l, c2l);
                c2r = a02.fma(b0r, c2r);
                VarHandle.acquireFence();
                FloatVector a03 = FloatVector.broadcast(SPECIES, a[p + 3]);
                c3l = a03.fma(b0l, c3l);
                c3r = a03.fma(b0r, c3r);
                VarHandle.acquireFence();
                FloatVector a04 = FloatVector.broadcast(SPECIES, a[p + 4]);
                c4l = a04.fma(b0l, c4l);
                c4r = a04.fma(b0r, c4r);
                VarHandle.acquireFence();
                FloatVector a05 = FloatVector.broadcast(SPECIES, a[p + 5]);
                c5l = a05.fma(b0l, c5l);
                c5r = a05.fma(b0r, c5r);
                FloatVector b1l = FloatVector.fromArray(SPECIES, b, q + PANEL);
                FloatVector b1r = FloatVector.fromArray(SPECIES, b, q + PANEL + LANES);
                VarHandle.acquireFence();
                FloatVector a10 = FloatVector.broadcast(SPECIES, a[p + 1]);
                c0l = a10.fma(b1l, c0l);
                c0r = a10.fma(b1r, c0r);
                VarHandle.acquireFence();
                FloatVector a11 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c1l = a11.fma(b1l, c1l);
                c1r = a11.fma(b1r, c1r);
                VarHandle.acquireFence();
                FloatVector a12 = FloatVector.broadcast(SPECIES, a[p + 3]);
                c2l = a12.fma(b1l, c2l);
                c2r = a12.fma(b1r, c2r);
                VarHandle.acquireFence();
                FloatVector a13 = FloatVector.broadcast(SPECIES, a[p + 4]);
                c3l = a13.fma(b1l, c3l);
                c3r = a13.fma(b1r, c3r);
                VarHandle.acquireFence();
                FloatVector a14 = FloatVector.broadcast(SPECIES, a[p + 5]);
                c4l = a14.fma(b1l, c4l);
                c4r = a14.fma(b1r, c4r);
                VarHandle.acquireFence();
                FloatVector a15 = FloatVector.broadcast(SPECIES, a[p + 6]);
                c5l = a15.fma(b1l, c5l);
                c5r = a15.fma(b1r, c5r);
                FloatVector b2l = FloatVector.fromArray(SPECIES, b, q + 2 * PANEL);
                FloatVector b2r = FloatVector.fromArray(SPECIES, b, q + 2 * PANEL + LANES);
                VarHandle.acquireFence();
                FloatVector a20 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c0l = a20.fma(b2l, c0l);
                c0r = a20.fma(b2r, c0r);
                VarHandle.acquireFence();
                FloatVector a21 = FloatVector.broadcast(SPECIES, a[p + 3]);
                c1l = a21.fma(b2l, c1l);
                c1r = a21.fma(b2r, c1r);
                VarHandle.acquireFence();
                FloatVector a22 = FloatVector.broadcast(SPECIES, a[p + 4]);
                c2l = a22.fma(b2l, c2l);
                c2r = a22.fma(b2r, c2r);
                VarHandle.acquireFence();
                FloatVector a23 = FloatVector.broadcast(SPECIES, a[p + 5]);
                c3l = a23.fma(b2l, c3l);
                c3r = a23.fma(b2r, c3r);
                VarHandle.acquireFence();
                FloatVector a24 = FloatVector.broadcast(SPECIES, a[p + 6]);
                c4l = a24.fma(b2l, c4l);
                c4r = a24.fma(b2r, c4r);
                VarHandle.acquireFence();
                FloatVector a25 = FloatVector.broadcast(SPECIES, a[p + 7]);
                c5l = a25.fma(b2l, c5l);
                c5r = a25.fma(b2r, c5r);
                p += rowStep;
                q += RUN * PANEL;
            }
            c0l.intoArray(c, target);
            c0r.intoArray(c, target + LANES);
            c1l.intoArray(c, target + stride);
            c1r.intoArray(c, target + stride + LANES);
            c2l.intoArray(c, target + 2 * stride);
            c2r.intoArray(c, target + 2 * stride + LANES);
            c3l.intoArray(c, target + 3 * stride);
            c3r.intoArray(c, target + 3 * stride + LANES);
            c4l.intoArray(c, target + 4 * stride);
            c4r.intoArray(c, target + 4 * stride + LANES);
            c5l.intoArray(c, target + 5 * stride);
            c5r.intoArray(c, target + 5 * stride + LANES);
            left += 6;
            target += 6 * stride;
        }
    }

    private void tiles5x2(int tiles, int ap, int bp, int to) {
        float[] a = this.a;
        float[] b = this.b;
        int left = ap;
        int target = to;
        for (int tile = 0; tile < tiles; tile++) {
            FloatVector c0l = FloatVector.zero(SPECIES);
            FloatVector c0r = FloatVector.zero(SPECIES);
            FloatVector c1l = FloatVector.zero(SPECIES);
            FloatVector c1r = FloatVector.zero(SPECIES);
            FloatVector c2l = FloatVector.zero(SPECIES);
            FloatVector c2r = FloatVector.zero(SPECIES);
            FloatVector c3l = FloatVector.zero(SPECIES);
            FloatVector c3r = FloatVector.zero(SPECIES);
            FloatVector c4l = FloatVector.zero(SPECIES);
            FloatVector c4r = FloatVector.zero(SPECIES);
            int p = left;
            int q = bp;
            for (int row = 0; row < rows; row++) {
                FloatVector b0l = FloatVector.fromArray(SPECIES, b, q);
                FloatVector b0r = FloatVector.fromArray(SPECIES, b, q + LANES);
                VarHandle.acquireFence();
                FloatVector a00 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a00.fma(b0l, c0l);
                c0r = a00.fma(b0r, c0r);
                VarHandle.acquireFence();
                FloatVector a01 = FloatVector.broadcast(SPECIES, a[p + 1]);
                c1l = a01.fma(b0l, c1l);
                c1r = a01.fma(b0r, c1r);
                VarHandle.acquireFence();
                FloatVector a02 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c2l = a02.fma(b0l, c2l);
                c2r = a02.fma(b0r, c2r);
                VarHandle.acquireFence();
                FloatVector a03 = FloatVector.broadcast(SPECIES, a[p + 3]);
                c3l = a03.fma(b0l, c3l);
                c3r = a03.fma(b0r, c3r);
                VarHandle.acquireFence();
                FloatVector a04 = FloatVector.broadcast(SPECIES, a[p + 4]);
                c4l = a04.fma(b0l, c4l);
                c4r = a04.fma(b0r, c4r);
                FloatVector b1l = FloatVector.fromArray(SPECIES, b, q + PANEL);
                FloatVector b1r = FloatVector.fromArray(SPECIES, b, q + PANEL + LANES);
                VarHandle.acquireFence();
                FloatVector a10 = FloatVector.broadcast(SPECIES, a[p + 1]);
                c0l = a10.fma(b1l, c0l);
                c0r = a10.fma(b1r, c0r);
                VarHandle.acquireFence();
                FloatVector a11 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c1l = a11.fma(b1l, c1l);
                c1r = a11.fma(b1r, c1r);
                VarHandle.acquireFence();
                FloatVector a12 = FloatVector.broadcast(SPECIES, a[p + 3]);
                c2l = a12.fma(b1l, c2l);
                c2r = a12.fma(b1r, c2r);
                VarHandle.acquireFence();
                FloatVector a13 = FloatVector.broadcast(SPECIES, a[p + 4]);
                c3l = a13.fma(b1l, c3l);
                c3r = a13.fma(b1r, c3r);
                VarHandle.acquireFence();
                FloatVector a14 = FloatVector.broadcast(SPECIES, a[p + 5]);
                c4l = a14.fma(b1l, c4l);
                c4r = a14.fma(b1r, c4r);
                FloatVector b2l = FloatVector.fromArray(SPECIES, b, q + 2 * PANEL);
                FloatVector b2r = FloatVector.fromArray(SPECIES, b, q + 2 * PANEL + LANES);
                VarHandle.acquireFence();
                FloatVector a20 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c0l = a20.fma(b2l, c0l);
                c0r = a20.fma(b2r, c0r);
                VarHandle.acquireFence();
                FloatVector a21 = FloatVector.broadcast(SPECIES, a[p + 3]);
                c1l = a21.fma(b2l, c1l);
                c1r = a21.fma(b2r, c1r);
                VarHandle.acquireFence();
                FloatVector a22 = FloatVector.broadcast(SPECIES, a[p + 4]);
                c2l = a22.fma(b2l, c2l);
                c2r = a22.fma(b2r, c2r);
                VarHandle.acquireFence();
                FloatVector a23 = FloatVector.broadcast(SPECIES, a[p + 5]);
                c3l = a23.fma(b2l, c3l);
                c3r = a23.fma(b2r, c3r);
                VarHandle.acquireFence();
                FloatVector a24 = FloatVector.broadcast(SPECIES, a[p + 6]);
                c4l = a24.fma(b2l, c4l);
                c4r = a24.fma(b2r, c4r);
                p += rowStep;
                q += RUN * PANEL;
            }
            c0l.intoArray(c, target);
            c0r.intoArray(c, target + LANES);
            c1l.intoArray(c, target + stride);
            c1r.intoArray(c, target + stride + LANES);
            c2l.intoArray(c, target + 2 * stride);
            c2r.intoArray(c, target + 2 * stride + LANES);
            c3l.intoArray(c, target + 3 * stride);
            c3r.intoArray(c, target + 3 * stride + LANES);
            c4l.intoArray(c, target + 4 * stride);
            c4r.intoArray(c, target + 4 * stride + LANES);
            left += 5;
            target += 5 * stride;
        }
    }
}
