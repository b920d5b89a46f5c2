package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * Rows of images of one channel in which each pixel is repeated once for each of a convolution's few filters, so that
 * they lie like rows of its result: {@code [row][pixel][filter]}. What an element of the kernel meets of a row of
 * output pixels is then so many elements side by side. Columns outside the image are zeros.
 */
record RepeatedRows(Conv2dSpec spec) {
    /**
     * Whether this is worth it: as many filters as lanes fill a vector by themselves, and more channels are more to
     * repeat than is gained.
     */
    static boolean suits(Conv2dSpec spec) {
        return spec.channels() == 1
                && spec.stride() == 1
                && spec.filters() < LANES
                && spec.outWidth() * spec.filters() >= 2 * LANES;
    }

    /** Elements from a row to the next; what stands behind the last pixel is zeros, a vector at least. */
    int step() {
        return (spec.outWidth() + spec.kernelWidth() - 1) * spec.filters() + LANES;
    }

    /** Rows {@code first .. end} of an image. */
    float[] take(HostTensor x, int image, int first, int end, Scratch scratch) {
        float[] rows = scratch.take(Scratch.Use.ROWS, (long) (end - first) * step() + LANES);
        int filters = spec.filters();
        for (int row = first; row < end; row++) {
            int at = x.offset() + (image * spec.height() + row) * spec.width();
            int to = (row - first) * step();
            int next = to + step();
            zeros(rows, to, to + spec.padding() * filters);
            to += spec.padding() * filters;
            int inside = Math.min(to + spec.width() * filters, next - LANES);
            for (int e = to; e < inside; e += filters, at++) {
                FloatVector.broadcast(SPECIES, x.array()[at]).intoArray(rows, e);
            }
            zeros(rows, inside, next);
        }
        return rows;
    }

    /** And some behind them, where what follows is not yet written. */
    private static void zeros(float[] rows, int from, int end) {
        for (int e = from; e < end; e += LANES) {
            FloatVector.zero(SPECIES).intoArray(rows, e);
        }
    }
}
