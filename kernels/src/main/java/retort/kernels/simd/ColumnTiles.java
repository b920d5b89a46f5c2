package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;
import static retort.kernels.simd.SimdSpecies.ZEROS;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernels: C = A B or C += A B for tiles of 1 to 12 rows by two vectors. Column p of A lies at
 * {@code a[ap + p * aStep ..]}, its rows side by side, row p of B at {@code b[bp + p * bStep ..]}, and row i of the tile at
 * {@code c[to + i * stride ..]}. A packed A has aStep = rows; an A stored transposed is read where it is.
 *
 * <p>Every accumulator is a local: C2 keeps arrays of vectors in memory. The fence before each broadcast emits no
 * instruction; it keeps C2 from hoisting all the broadcasts above the multiplications, which with 16 registers spills the
 * accumulators inside the loop (6 rows: 79 without, 117 GFLOP/s with, one AVX2 core). It also makes C2 load fields again,
 * so the arrays are locals too (12 rows with AVX-512: 128 as fields, 230 GFLOP/s as locals). Overwriting and adding differ only
 * in where the accumulators start, zeros or C, since a branch inside the kernel spills too. Each sum runs over p in order,
 * whatever the height, so the bits of a result do not depend on how its rows are cut into tiles.
 *
 * <p>Source: Goto and van de Geijn 2008 (register blocking); Van Zee and van de Geijn 2015 (micro-kernel).
 */
final class ColumnTiles {
    private final float[] a;
    private final float[] b;
    private final int bStep;
    private final float[] c;
    private final int stride;

    ColumnTiles(float[] a, float[] b, int bStep, float[] c, int stride) {
        this.a = a;
        this.b = b;
        this.bStep = bStep;
        this.c = c;
        this.stride = stride;
    }

    /**
     * One tile.
     *
     * @param rows 1 to 6, 8 or 12
     * @param k products in each sum
     * @param add whether the product is added to the tile or overwrites it
     */
    void run(int rows, int k, int ap, int aStep, int bp, int to, boolean add) {
        float[] start = add ? c : ZEROS;
        int from = add ? to : 0;
        int step = add ? stride : 0;
        switch (rows) {
            case 12 -> tile12x2(k, ap, aStep, bp, start, from, step, to);
            case 8 -> tile8x2(k, ap, aStep, bp, start, from, step, to);
            case 6 -> tile6x2(k, ap, aStep, bp, start, from, step, to);
            case 5 -> tile5x2(k, ap, aStep, bp, start, from, step, to);
            case 4 -> tile4x2(k, ap, aStep, bp, start, from, step, to);
            case 3 -> tile3x2(k, ap, aStep, bp, start, from, step, to);
            case 2 -> tile2x2(k, ap, aStep, bp, start, from, step, to);
            case 1 -> tile1x2(k, ap, aStep, bp, start, from, step, to);
            default -> throw new IllegalArgumentException("no micro-kernel of " + rows + " rows");
        }
    }

    private void tile12x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
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
        FloatVector c6l = FloatVector.fromArray(SPECIES, start, from + 6 * step);
        FloatVector c6r = FloatVector.fromArray(SPECIES, start, from + 6 * step + LANES);
        FloatVector c7l = FloatVector.fromArray(SPECIES, start, from + 7 * step);
        FloatVector c7r = FloatVector.fromArray(SPECIES, start, from + 7 * step + LANES);
        FloatVector c8l = FloatVector.fromArray(SPECIES, start, from + 8 * step);
        FloatVector c8r = FloatVector.fromArray(SPECIES, start, from + 8 * step + LANES);
        FloatVector c9l = FloatVector.fromArray(SPECIES, start, from + 9 * step);
        FloatVector c9r = FloatVector.fromArray(SPECIES, start, from + 9 * step + LANES);
        FloatVector c10l = FloatVector.fromArray(SPECIES, start, from + 10 * step);
        FloatVector c10r = FloatVector.fromArray(SPECIES, start, from + 10 * step + LANES);
        FloatVector c11l = FloatVector.fromArray(SPECIES, start, from + 11 * step);
        FloatVector c11r = FloatVector.fromArray(SPECIES, start, from + 11 * step + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            VarHandle.acquireFence();
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            VarHandle.acquireFence();
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            VarHandle.acquireFence();
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            VarHandle.acquireFence();
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5]);
            c5l = a5.fma(left, c5l);
            c5r = a5.fma(right, c5r);
            VarHandle.acquireFence();
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ap + 6]);
            c6l = a6.fma(left, c6l);
            c6r = a6.fma(right, c6r);
            VarHandle.acquireFence();
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ap + 7]);
            c7l = a7.fma(left, c7l);
            c7r = a7.fma(right, c7r);
            VarHandle.acquireFence();
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ap + 8]);
            c8l = a8.fma(left, c8l);
            c8r = a8.fma(right, c8r);
            VarHandle.acquireFence();
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ap + 9]);
            c9l = a9.fma(left, c9l);
            c9r = a9.fma(right, c9r);
            VarHandle.acquireFence();
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ap + 10]);
            c10l = a10.fma(left, c10l);
            c10r = a10.fma(right, c10r);
            VarHandle.acquireFence();
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ap + 11]);
            c11l = a11.fma(left, c11l);
            c11r = a11.fma(right, c11r);
            ap += aStep;
            bp += bStep;
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
        c6l.intoArray(c, to + 6 * stride);
        c6r.intoArray(c, to + 6 * stride + LANES);
        c7l.intoArray(c, to + 7 * stride);
        c7r.intoArray(c, to + 7 * stride + LANES);
        c8l.intoArray(c, to + 8 * stride);
        c8r.intoArray(c, to + 8 * stride + LANES);
        c9l.intoArray(c, to + 9 * stride);
        c9r.intoArray(c, to + 9 * stride + LANES);
        c10l.intoArray(c, to + 10 * stride);
        c10r.intoArray(c, to + 10 * stride + LANES);
        c11l.intoArray(c, to + 11 * stride);
        c11r.intoArray(c, to + 11 * stride + LANES);
    }

    private void tile8x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
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
        FloatVector c6l = FloatVector.fromArray(SPECIES, start, from + 6 * step);
        FloatVector c6r = FloatVector.fromArray(SPECIES, start, from + 6 * step + LANES);
        FloatVector c7l = FloatVector.fromArray(SPECIES, start, from + 7 * step);
        FloatVector c7r = FloatVector.fromArray(SPECIES, start, from + 7 * step + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            VarHandle.acquireFence();
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            VarHandle.acquireFence();
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            VarHandle.acquireFence();
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            VarHandle.acquireFence();
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5]);
            c5l = a5.fma(left, c5l);
            c5r = a5.fma(right, c5r);
            VarHandle.acquireFence();
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ap + 6]);
            c6l = a6.fma(left, c6l);
            c6r = a6.fma(right, c6r);
            VarHandle.acquireFence();
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ap + 7]);
            c7l = a7.fma(left, c7l);
            c7r = a7.fma(right, c7r);
            ap += aStep;
            bp += bStep;
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
        c6l.intoArray(c, to + 6 * stride);
        c6r.intoArray(c, to + 6 * stride + LANES);
        c7l.intoArray(c, to + 7 * stride);
        c7r.intoArray(c, to + 7 * stride + LANES);
    }

    private void tile6x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
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
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            VarHandle.acquireFence();
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            VarHandle.acquireFence();
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            VarHandle.acquireFence();
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            VarHandle.acquireFence();
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5]);
            c5l = a5.fma(left, c5l);
            c5r = a5.fma(right, c5r);
            ap += aStep;
            bp += bStep;
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

    private void tile5x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
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
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            VarHandle.acquireFence();
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            VarHandle.acquireFence();
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            VarHandle.acquireFence();
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            ap += aStep;
            bp += bStep;
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

    private void tile4x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c2r = FloatVector.fromArray(SPECIES, start, from + 2 * step + LANES);
        FloatVector c3l = FloatVector.fromArray(SPECIES, start, from + 3 * step);
        FloatVector c3r = FloatVector.fromArray(SPECIES, start, from + 3 * step + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            VarHandle.acquireFence();
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            VarHandle.acquireFence();
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            ap += aStep;
            bp += bStep;
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

    private void tile3x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, start, from + 2 * step);
        FloatVector c2r = FloatVector.fromArray(SPECIES, start, from + 2 * step + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            VarHandle.acquireFence();
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            ap += aStep;
            bp += bStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
        c2l.intoArray(c, to + 2 * stride);
        c2r.intoArray(c, to + 2 * stride + LANES);
    }

    private void tile2x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, start, from + step);
        FloatVector c1r = FloatVector.fromArray(SPECIES, start, from + step + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            VarHandle.acquireFence();
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            ap += aStep;
            bp += bStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
        c1l.intoArray(c, to + stride);
        c1r.intoArray(c, to + stride + LANES);
    }

    private void tile1x2(int k, int ap, int aStep, int bp, float[] start, int from, int step, int to) {
        float[] a = this.a;
        float[] b = this.b;
        FloatVector c0l = FloatVector.fromArray(SPECIES, start, from);
        FloatVector c0r = FloatVector.fromArray(SPECIES, start, from + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            VarHandle.acquireFence();
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            ap += aStep;
            bp += bStep;
        }
        c0l.intoArray(c, to);
        c0r.intoArray(c, to + LANES);
    }
}
