package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.DepthwiseConv2dSpec;

/**
 * The filter gradient of a depthwise convolution: a vector holds channels, and the sums of some pixels of the kernel in
 * a row stay in registers while some rows of images and of dY go by. The batch is cut into shares that do not depend on
 * the thread count, and their sums are added in order.
 */
final class DepthwiseFilterGradient {
    /** Elements of x's rows at once: they stay in the second-level cache while each pixel of the kernel meets them. */
    private static final int ROWS_BLOCK = 1 << 15;

    /** Most shares of a batch. */
    private static final int SHARES = 8;

    /** Pixels of the kernel whose sums are in registers, those of even and of odd output pixels apart. */
    private static final int TAPS = 3;

    private final DepthwiseConv2dSpec spec;
    private final ImageRows x;
    private final HostTensor dFilter;
    private final HostTensor dY;
    private final int channels;
    private final int shares;

    DepthwiseFilterGradient(DepthwiseConv2dSpec spec, HostTensor x, HostTensor dFilter, HostTensor dY) {
        int rowPixels = (spec.outWidth() - 1) * spec.stride() + spec.kernelWidth();
        this.spec = spec;
        this.x = new ImageRows(x, spec.height(), spec.width(), spec.channels(), spec.padding(), rowPixels);
        this.dFilter = dFilter;
        this.dY = dY;
        channels = spec.channels();
        shares = Math.min(SHARES, spec.batch());
    }

    Runnable prepare(Workers workers, Scratch shared, Scratch[] scratch) {
        int size = dFilter.size();
        int share = Math.ceilDiv(spec.batch(), shares);
        long work = Math.max(spec.flops(), spec.bytes());
        Workers.Task task = (number, worker) -> {
            int to = Math.min(spec.batch(), (number + 1) * share);
            for (int image = number * share; image < to; image++) {
                addImage(image, takeSums(shared, size), number * size, scratch[worker]);
            }
        };
        return () -> {
            float[] sums = takeSums(shared, size);
            Arrays.fill(sums, 0, shares * size, 0);
            workers.forEach(shares, work, task);
            addShares(sums, size);
        };
    }

    /** Once they were taken, every thread gets the same array. */
    private float[] takeSums(Scratch shared, int size) {
        return shared.take(Scratch.Use.RIGHT, (long) shares * size);
    }

    /** The sums of all shares. */
    private void addShares(float[] sums, int size) {
        for (int number = 1; number < shares; number++) {
            for (int e = 0; e < size; e++) {
                sums[e] += sums[number * size + e];
            }
        }
        System.arraycopy(sums, 0, dFilter.array(), dFilter.offset(), size);
    }

    /** Adds one image's part to {@code sums[at..]}, some output rows at a time. */
    private void addImage(int image, float[] sums, int at, Scratch scratch) {
        int stride = spec.stride();
        int blockRows = Math.max(1, ROWS_BLOCK / (stride * x.step()));
        int dYRow = spec.outWidth() * channels;
        for (int row = 0; row < spec.outHeight(); row += blockRows) {
            int end = Math.min(row + blockRows, spec.outHeight());
            int top = Math.max(0, row * stride - spec.padding());
            int bottom = Math.min(spec.height(), (end - 1) * stride - spec.padding() + spec.kernelHeight());
            float[] rows = x.take(image, top, Math.max(top, bottom), scratch);
            int xAt = x.at(image, top) - top * x.step();
            for (int r = 0; r < spec.kernelHeight(); r++) {
                int above = spec.padding() - r;
                int first = Math.max(row, Math.ceilDiv(above, stride));
                int count = Math.min(end, Math.floorDiv(spec.height() - 1 + above, stride) + 1) - first;
                MicroKernel.Operands operands = scratch.operands()
                        .set(rows, dY.array(), sums, channels)
                        .runs(Math.max(0, count), stride * x.step(), channels, dYRow);
                int dYAt = dY.offset() + (image * spec.outHeight() + first) * dYRow;
                int to = at + r * spec.kernelWidth() * channels;
                addKernelRow(operands, xAt + (first * stride - above) * x.step(), dYAt, to);
            }
        }
    }

    /** Adds to the sums of one row of the kernel. */
    private void addKernelRow(MicroKernel.Operands operands, int xAt, int dYAt, int at) {
        int pixels = spec.outWidth();
        int xStep = spec.stride() * channels;
        for (int s = 0; s < spec.kernelWidth(); ) {
            int taps = spec.kernelWidth() - s >= TAPS ? TAPS : 1;
            if (channels < LANES) {
                taps = 1;
                addFewChannels(operands, pixels, channels, xAt + s * channels, xStep, dYAt, at + s * channels);
            } else {
                for (int c = 0; c < channels; c += LANES) {
                    int from = Math.min(c, channels - LANES);
                    int under = xAt + s * channels + from;
                    int to = at + s * channels + from;
                    if (taps == TAPS) {
                        addThree(operands, pixels, channels, under, xStep, dYAt + from, to, c - from);
                    } else {
                        addOne(operands, pixels, channels, under, xStep, dYAt + from, to, c - from);
                    }
                }
            }
            s += taps;
        }
    }

    private static void addFewChannels(
            MicroKernel.Operands operands, int pixels, int channels, int xAt, int xStep, int dYAt, int at) {
        float[] x = operands.a();
        float[] dY = operands.b();
        for (int i = 0; i < operands.runs(); i++) {
            int under = xAt + i * operands.aRun();
            int over = dYAt + i * operands.bRun();
            for (int j = 0; j < pixels; j++) {
                for (int c = 0; c < channels; c++) {
                    operands.c()[at + c] += x[under + c] * dY[over + c];
                }
                under += xStep;
                over += channels;
            }
        }
    }

    /** Adds to the sums of three pixels of the kernel; the first {@code done} channels have been added already. */
    private static void addThree(
            MicroKernel.Operands operands, int pixels, int channels, int xAt, int xStep, int dYAt, int at, int done) {
        float[] x = operands.a();
        float[] dY = operands.b();
        FloatVector even0 = FloatVector.zero(SPECIES);
        FloatVector even1 = even0;
        FloatVector even2 = even0;
        FloatVector odd0 = even0;
        FloatVector odd1 = even0;
        FloatVector odd2 = even0;
        for (int i = 0; i < operands.runs(); i++) {
            int under = xAt + i * operands.aRun();
            int over = dYAt + i * operands.bRun();
            for (int j = 0; j + 1 < pixels; j += 2) {
                FloatVector even = FloatVector.fromArray(SPECIES, dY, over);
                FloatVector odd = FloatVector.fromArray(SPECIES, dY, over + channels);
                int next = under + xStep;
                even0 = FloatVector.fromArray(SPECIES, x, under).fma(even, even0);
                even1 = FloatVector.fromArray(SPECIES, x, under + channels).fma(even, even1);
                even2 = FloatVector.fromArray(SPECIES, x, under + 2 * channels).fma(even, even2);
                odd0 = FloatVector.fromArray(SPECIES, x, next).fma(odd, odd0);
                odd1 = FloatVector.fromArray(SPECIES, x, next + channels).fma(odd, odd1);
                odd2 = FloatVector.fromArray(SPECIES, x, next + 2 * channels).fma(odd, odd2);
                under = next + xStep;
                over += 2 * channels;
            }
            if (pixels % 2 == 1) {
                FloatVector even = FloatVector.fromArray(SPECIES, dY, over);
                even0 = FloatVector.fromArray(SPECIES, x, under).fma(even, even0);
                even1 = FloatVector.fromArray(SPECIES, x, under + channels).fma(even, even1);
                even2 = FloatVector.fromArray(SPECIES, x, under + 2 * channels).fma(even, even2);
            }
        }
        add(even0.add(odd0), operands.c(), at, done);
        add(even1.add(odd1), operands.c(), at + channels, done);
        add(even2.add(odd2), operands.c(), at + 2 * channels, done);
    }

    /** The same for one pixel of the kernel. */
    private static void addOne(
            MicroKernel.Operands operands, int pixels, int channels, int xAt, int xStep, int dYAt, int at, int done) {
        float[] x = operands.a();
        float[] dY = operands.b();
        FloatVector even = FloatVector.zero(SPECIES);
        FloatVector odd = even;
        for (int i = 0; i < operands.runs(); i++) {
            int under = xAt + i * operands.aRun();
            int over = dYAt + i * operands.bRun();
            for (int j = 0; j + 1 < pixels; j += 2) {
                FloatVector dY0 = FloatVector.fromArray(SPECIES, dY, over);
                FloatVector dY1 = FloatVector.fromArray(SPECIES, dY, over + channels);
                even = FloatVector.fromArray(SPECIES, x, under).fma(dY0, even);
                odd = FloatVector.fromArray(SPECIES, x, under + xStep).fma(dY1, odd);
                under += 2 * xStep;
                over += 2 * channels;
            }
            if (pixels % 2 == 1) {
                even = FloatVector.fromArray(SPECIES, x, under).fma(FloatVector.fromArray(SPECIES, dY, over), even);
            }
        }
        add(even.add(odd), operands.c(), at, done);
    }

    /** Adds a vector to {@code sums[at..]}, all but its first lanes. */
    private static void add(FloatVector vector, float[] sums, int at, int done) {
        FloatVector before = FloatVector.fromArray(SPECIES, sums, at);
        VectorMask<Float> rest = SPECIES.indexInRange(0, done).not();
        before.add(vector, rest).intoArray(sums, at);
    }
}
