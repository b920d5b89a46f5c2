package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The filter gradient of a convolution as {@link FewFilters} does it: a vector holds the filters of some whole pixels
 * of dY, and meets {@link RepeatedRows} of the image where each element of the kernel does. Its other lanes are summed
 * too and left out in the end. As in {@link FilterGradient}, shares of the batch do not depend on the thread count.
 */
final class FewFiltersGradient {
    /** Columns of the kernel that are summed at once. */
    private static final int COLUMNS = 5;

    /** Elements of the rows of an image at once: they stay in the first-level cache, or near it. */
    private static final int ROWS_BLOCK = 1 << 12;

    private static final int SHARES = 8;

    private final Conv2dSpec spec;
    private final RepeatedRows rows;
    private final HostTensor x;
    private final HostTensor dFilter;
    private final HostTensor dY;
    private final int taps;

    /** Elements of dY in a vector: whole pixels. */
    private final int width;

    /** From a row of dY to the next, with zeros behind it. */
    private final int dYStep;

    private final int blockRows;
    private final int shares;

    FewFiltersGradient(Conv2dSpec spec, HostTensor x, HostTensor dFilter, HostTensor dY) {
        this.spec = spec;
        this.x = x;
        this.dFilter = dFilter;
        this.dY = dY;
        rows = new RepeatedRows(spec);
        taps = spec.kernelHeight() * spec.kernelWidth();
        width = LANES / spec.filters() * spec.filters();
        dYStep = spec.outWidth() * spec.filters() + LANES;
        blockRows = Math.clamp(ROWS_BLOCK / rows.step(), 1, spec.outHeight());
        shares = Math.min(SHARES, spec.batch());
    }

    Runnable prepare(Workers workers, Scratch shared, Scratch[] scratch) {
        int share = Math.ceilDiv(spec.batch(), shares);
        Workers.Task task = (number, worker) -> {
            int end = Math.min(spec.batch(), (number + 1) * share);
            for (int image = number * share; image < end; image++) {
                for (int row = 0; row < spec.outHeight(); row += blockRows) {
                    int rowEnd = Math.min(row + blockRows, spec.outHeight());
                    addRows(image, row, rowEnd, takeSums(shared), number * taps * LANES, scratch[worker]);
                }
            }
        };
        long flops = spec.flops();
        return () -> {
            float[] sums = takeSums(shared);
            Arrays.fill(sums, 0, shares * taps * LANES, 0);
            workers.forEach(shares, flops, task);
            addLanes(sums);
        };
    }

    /** Once they were taken, every thread gets the same array. */
    private float[] takeSums(Scratch shared) {
        return shared.take(Scratch.Use.RIGHT, (long) shares * taps * LANES);
    }

    private void addLanes(float[] sums) {
        int filters = spec.filters();
        for (int tap = 0; tap < taps; tap++) {
            for (int f = 0; f < filters; f++) {
                float sum = 0;
                for (int number = 0; number < shares; number++) {
                    for (int lane = f; lane < width; lane += filters) {
                        sum += sums[(number * taps + tap) * LANES + lane];
                    }
                }
                dFilter.array()[dFilter.offset() + tap * filters + f] = sum;
            }
        }
    }

    /** Adds what output rows {@code first .. end} of an image give to the sums of a share. */
    private void addRows(int image, int first, int end, float[] sums, int sumsAt, Scratch scratch) {
        int top = Math.max(0, first - spec.padding());
        int bottom = Math.min(spec.height(), end - 1 - spec.padding() + spec.kernelHeight());
        if (bottom <= top) {
            return;
        }
        float[] under = rows.take(x, image, top, bottom, scratch);
        float[] gradient = takeGradient(image, first, end, scratch);
        for (int r = 0; r < spec.kernelHeight(); r++) {
            int above = spec.padding() - r;
            int from = Math.max(first, above);
            int count = Math.min(end, spec.height() + above) - from;
            for (int s = 0; s < spec.kernelWidth() && count > 0; s += COLUMNS) {
                int columns = Math.min(COLUMNS, spec.kernelWidth() - s);
                int xAt = (from - above - top) * rows.step() + s * spec.filters();
                int to = sumsAt + (r * spec.kernelWidth() + s) * LANES;
                addColumns(under, xAt, gradient, (from - first) * dYStep, count, columns, sums, to);
            }
        }
    }

    /** Rows of dY with zeros behind each. */
    private float[] takeGradient(int image, int first, int end, Scratch scratch) {
        int length = spec.outWidth() * spec.filters();
        float[] gradient = scratch.take(Scratch.Use.GRADIENT, (long) (end - first) * dYStep);
        for (int row = first; row < end; row++) {
            int to = (row - first) * dYStep;
            System.arraycopy(dY.array(), dY.offset() + (image * spec.outHeight() + row) * length, gradient, to, length);
            FloatVector.zero(SPECIES).intoArray(gradient, to + length);
        }
        return gradient;
    }

    /** Adds to the sums of some columns side by side of a row of the kernel; those behind the last repeat it. */
    private void addColumns(
            float[] under, int xAt, float[] gradient, int dYAt, int count, int columns, float[] sums, int to) {
        int second = Math.min(1, columns - 1) * spec.filters();
        int third = Math.min(2, columns - 1) * spec.filters();
        int fourth = Math.min(3, columns - 1) * spec.filters();
        int fifth = Math.min(4, columns - 1) * spec.filters();
        int length = dYStep - LANES;
        FloatVector sum1 = FloatVector.zero(SPECIES);
        FloatVector sum2 = FloatVector.zero(SPECIES);
        FloatVector sum3 = FloatVector.zero(SPECIES);
        FloatVector sum4 = FloatVector.zero(SPECIES);
        FloatVector sum5 = FloatVector.zero(SPECIES);
        for (int row = 0; row < count; row++) {
            int xRow = xAt + row * rows.step();
            int dYRow = dYAt + row * dYStep;
            for (int e = 0; e < length; e += width) {
                FloatVector dy = FloatVector.fromArray(SPECIES, gradient, dYRow + e);
                int at = xRow + e;
                sum1 = FloatVector.fromArray(SPECIES, under, at).fma(dy, sum1);
                sum2 = FloatVector.fromArray(SPECIES, under, at + second).fma(dy, sum2);
                sum3 = FloatVector.fromArray(SPECIES, under, at + third).fma(dy, sum3);
                sum4 = FloatVector.fromArray(SPECIES, under, at + fourth).fma(dy, sum4);
                sum5 = FloatVector.fromArray(SPECIES, under, at + fifth).fma(dy, sum5);
            }
        }
        add(sum1, sums, to, true);
        add(sum2, sums, to + LANES, columns > 1);
        add(sum3, sums, to + 2 * LANES, columns > 2);
        add(sum4, sums, to + 3 * LANES, columns > 3);
        add(sum5, sums, to + 4 * LANES, columns > 4);
    }

    private static void add(FloatVector sum, float[] sums, int at, boolean there) {
        if (there) {
            FloatVector.fromArray(SPECIES, sums, at).add(sum).intoArray(sums, at);
        }
    }
}
