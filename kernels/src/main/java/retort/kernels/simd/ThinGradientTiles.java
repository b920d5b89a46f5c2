package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel of the filter gradient of a convolution whose kernel's rows have three elements: dF += X' dY for the three elements
 * under one row of the kernel, two vectors of filters, and the pixels of some output rows. Both are read where they are.
 *
 * <p>Three rows of two vectors are six sums, too few to hide how long an addition takes, so even and odd pixels have sums of
 * their own, which are added at the end (three rows of four vectors need a register more than AVX2 has: 41 instead of 50
 * GFLOP/s on one core). A last pixel without partner is left to {@link ColumnTiles}.
 */
final class ThinGradientTiles {
    private final float[] a;
    private final int aRow;
    private final int aStep;
    private final float[] b;
    private final int bRow;
    private final int bStep;
    private final float[] c;
    private final int stride;

    /**
     * @param a the images; aRow from the input row under one output row to that under the next, aStep from the input
     *     pixels under one output pixel to those under the next
     * @param b dY; bRow from one of its rows to the next, bStep from pixel to pixel
     * @param c sums of dF, {@code stride} filters for each element under the kernel
     */
    ThinGradientTiles(float[] a, int aRow, int aStep, float[] b, int bRow, int bStep, float[] c, int stride) {
        this.a = a;
        this.aRow = aRow;
        this.aStep = aStep;
        this.b = b;
        this.bRow = bRow;
        this.bStep = bStep;
        this.c = c;
        this.stride = stride;
    }

    /** Adds what {@code rows} output rows of {@code width} pixels give to one tile of dF. */
    void run(int rows, int width, int ap, int bp, int to) {
        pairs3x2(rows, width / 2, ap, bp, to);
        if (width % 2 == 1) {
            int last = width - 1;
            new ColumnTiles(a, b, bRow, c, stride).run(3, rows, ap + last * aStep, aRow, bp + last * bStep, to, true);
        }
    }

    private void pairs3x2(int rows, int pairs, int ap, int bp, int to) {
        float[] a = this.a;
        float[] b = this.b;
        FloatVector c0l = FloatVector.fromArray(SPECIES, c, to);
        FloatVector c0r = FloatVector.fromArray(SPECIES, c, to + LANES);
        FloatVector c1l = FloatVector.fromArray(SPECIES, c, to + stride);
        FloatVector c1r = FloatVector.fromArray(SPECIES, c, to + stride + LANES);
        FloatVector c2l = FloatVector.fromArray(SPECIES, c, to + 2 * stride);
        FloatVector c2r = FloatVector.fromArray(SPECIES, c, to + 2 * stride + LANES);
        FloatVector d0l = FloatVector.zero(SPECIES);
        FloatVector d0r = FloatVector.zero(SPECIES);
        FloatVector d1l = FloatVector.zero(SPECIES);
        FloatVector d1r = FloatVector.zero(SPECIES);
        FloatVector d2l = FloatVector.zero(SPECIES);
        FloatVector d2r = FloatVector.zero(SPECIES);
        for (int row = 0; row < rows; row++) {
            int p = ap + row * aRow;
            int q = bp + row * bRow;
            for (int pair = 0; pair < pairs; pair++) {
                FloatVector left = FloatVector.fromArray(SPECIES, b, q);
                FloatVector right = FloatVector.fromArray(SPECIES, b, q + LANES);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
                c0l = a0.fma(left, c0l);
                c0r = a0.fma(right, c0r);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[p + 1]);
                c1l = a1.fma(left, c1l);
                c1r = a1.fma(right, c1r);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[p + 2]);
                c2l = a2.fma(left, c2l);
                c2r = a2.fma(right, c2r);
                FloatVector leftNext = FloatVector.fromArray(SPECIES, b, q + bStep);
                FloatVector rightNext = FloatVector.fromArray(SPECIES, b, q + bStep + LANES);
                FloatVector a0Next = FloatVector.broadcast(SPECIES, a[p + aStep]);
                d0l = a0Next.fma(leftNext, d0l);
                d0r = a0Next.fma(rightNext, d0r);
                FloatVector a1Next = FloatVector.broadcast(SPECIES, a[p + aStep + 1]);
                d1l = a1Next.fma(leftNext, d1l);
                d1r = a1Next.fma(rightNext, d1r);
                FloatVector a2Next = FloatVector.broadcast(SPECIES, a[p + aStep + 2]);
                d2l = a2Next.fma(leftNext, d2l);
                d2r = a2Next.fma(rightNext, d2r);
                p += 2 * aStep;
                q += 2 * bStep;
            }
        }
        c0l.add(d0l).intoArray(c, to);
        c0r.add(d0r).intoArray(c, to + LANES);
        c1l.add(d1l).intoArray(c, to + stride);
        c1r.add(d1r).intoArray(c, to + stride + LANES);
        c2l.add(d2l).intoArray(c, to + 2 * stride);
        c2r.add(d2r).intoArray(c, to + 2 * stride + LANES);
    }
}
