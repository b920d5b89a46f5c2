package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Pool2dSpec.Kind;

/**
 * Pooling of few channels, whole rows of windows at a time. In NHWC what stands at one place of all windows of a row is
 * a row of x from there on, so that vectors go over it as if a window began at every pixel; what belongs to windows
 * that there are is picked out afterwards, or given zeros for a gradient. Windows that begin or end outside the image
 * are not among these.
 *
 * <p>A row's last vector ends where the row ends, and does some elements once more: it leaves them as they are.
 *
 * @param windows all that there are
 * @param first of a row's windows that are within its columns
 * @param end the window behind the last of them
 */
record PoolRows(Pool2dSpec spec, SimdPool2d.Windows windows, int first, int end) {
    static PoolRows of(SimdPool2d.Windows windows) {
        Pool2dSpec spec = windows.spec();
        int first = Math.ceilDiv(spec.padding(), spec.stride());
        int last = Math.floorDiv(spec.width() + spec.padding() - spec.kernelWidth(), spec.stride());
        PoolRows rows = new PoolRows(spec, windows, first, Math.min(spec.outWidth(), last + 1));
        boolean few = spec.channels() <= LANES && spec.stride() * spec.channels() <= 2 * LANES;
        return few && rows.span() >= LANES ? rows : new PoolRows(spec, windows, 0, 0);
    }

    /** Elements from the first window's first pixel to the last one's. */
    private int span() {
        return end > first ? ((end - first - 1) * spec.stride() + 1) * spec.channels() : 0;
    }

    /** From a window to the next. */
    private int step() {
        return spec.stride() * spec.channels();
    }

    /** Elements of y of these windows. */
    private int length() {
        return (end - first) * spec.channels();
    }

    /** Where an element of the set of images is that the first window has in its first column. */
    private int at(int row) {
        return (row * spec.width() + first * spec.stride() - spec.padding()) * spec.channels();
    }

    private int rowStep() {
        return spec.width() * spec.channels();
    }

    private int yAt(int row) {
        return (row * spec.outWidth() + first) * spec.channels();
    }

    /** Writes y's elements of the windows in a row. */
    void forward(int row, HostTensor x, HostTensor y, Scratch scratch) {
        if (end == first) {
            return;
        }
        int to = y.offset() + yAt(row);
        if (spec.stride() == 1) {
            float[] all = scratch.take(Scratch.Use.LEFT, span() + LANES);
            reduce(row, x, all);
            System.arraycopy(all, 0, y.array(), to, length());
            return;
        }
        int covered = span() + (spec.kernelWidth() - 1) * spec.channels();
        float[] columns = scratch.take(Scratch.Use.LEFT, covered + LANES);
        float[] found = scratch.take(Scratch.Use.TILE, length() + LANES);
        int rows = windows.rows(row);
        int at = x.offset() + at(windows.top(row));
        if (spec.kind() == Kind.MAX) {
            largestOfRows(x.array(), at, rows, rowStep(), covered, columns);
            largestOfEach(columns, found);
        } else {
            sumOfRows(x.array(), at, rows, rowStep(), covered, columns);
            meanOfEach(columns, 1f / (rows * spec.kernelWidth()), found);
        }
        System.arraycopy(found, 0, y.array(), to, length());
    }

    private static void largestOfRows(float[] x, int at, int rows, int rowStep, int length, float[] to) {
        for (int i = 0; i < length; i += LANES) {
            int e = Math.min(i, length - LANES);
            FloatVector best = FloatVector.fromArray(SPECIES, x, at + e);
            for (int r = 1; r < rows; r++) {
                FloatVector value = FloatVector.fromArray(SPECIES, x, at + e + r * rowStep);
                best = value.blend(best, SimdPool2d.stays(best, value));
            }
            best.intoArray(to, e);
        }
    }

    private static void sumOfRows(float[] x, int at, int rows, int rowStep, int length, float[] to) {
        for (int i = 0; i < length; i += LANES) {
            int e = Math.min(i, length - LANES);
            FloatVector sum = FloatVector.fromArray(SPECIES, x, at + e);
            for (int r = 1; r < rows; r++) {
                sum = sum.add(FloatVector.fromArray(SPECIES, x, at + e + r * rowStep));
            }
            sum.intoArray(to, e);
        }
    }

    /**
     * The largest of each window's columns, whose own largest elements are there: a vector of channels, which goes on
     * into the next window and is overwritten by that.
     */
    private void largestOfEach(float[] columns, float[] to) {
        int step = step();
        int channels = spec.channels();
        int width = spec.kernelWidth() * channels;
        for (int from = 0, at = 0; at < length(); from += step, at += channels) {
            FloatVector best = FloatVector.fromArray(SPECIES, columns, from);
            for (int s = channels; s < width; s += channels) {
                FloatVector value = FloatVector.fromArray(SPECIES, columns, from + s);
                best = value.blend(best, SimdPool2d.stays(best, value));
            }
            best.intoArray(to, at);
        }
    }

    /** The same of sums. */
    private void meanOfEach(float[] columns, float share, float[] to) {
        int step = step();
        int channels = spec.channels();
        int width = spec.kernelWidth() * channels;
        for (int from = 0, at = 0; at < length(); from += step, at += channels) {
            FloatVector sum = FloatVector.fromArray(SPECIES, columns, from);
            for (int s = channels; s < width; s += channels) {
                sum = sum.add(FloatVector.fromArray(SPECIES, columns, from + s));
            }
            sum.mul(share).intoArray(to, at);
        }
    }

    private void reduce(int row, HostTensor x, float[] to) {
        int rows = windows.rows(row);
        int at = x.offset() + at(windows.top(row));
        if (spec.kind() == Kind.MAX) {
            largest(x.array(), at, rows, rowStep(), spec.kernelWidth(), spec.channels(), span(), to);
        } else {
            float share = 1f / (rows * spec.kernelWidth());
            mean(x.array(), at, rows, rowStep(), spec.kernelWidth(), spec.channels(), span(), share, to);
        }
    }

    private static void largest(
            float[] x, int at, int rows, int rowStep, int columns, int channels, int span, float[] to) {
        for (int i = 0; i < span; i += LANES) {
            int e = Math.min(i, span - LANES);
            FloatVector best = FloatVector.fromArray(SPECIES, x, at + e);
            for (int r = 0; r < rows; r++) {
                for (int s = 0; s < columns; s++) {
                    FloatVector value = FloatVector.fromArray(SPECIES, x, at + e + r * rowStep + s * channels);
                    best = value.blend(best, SimdPool2d.stays(best, value));
                }
            }
            best.intoArray(to, e);
        }
    }

    private static void mean(
            float[] x, int at, int rows, int rowStep, int columns, int channels, int span, float share, float[] to) {
        for (int i = 0; i < span; i += LANES) {
            int e = Math.min(i, span - LANES);
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int r = 0; r < rows; r++) {
                for (int s = 0; s < columns; s++) {
                    sum = sum.add(FloatVector.fromArray(SPECIES, x, at + e + r * rowStep + s * channels));
                }
            }
            sum.mul(share).intoArray(to, e);
        }
    }

    /**
     * Adds what the windows in a row pass to dX.
     *
     * @param x null for a mean
     */
    void gradient(int row, HostTensor x, HostTensor dY, HostTensor dX, Scratch scratch) {
        if (end == first) {
            return;
        }
        int rows = windows.rows(row);
        float[] passed = scratch.take(Scratch.Use.GRADIENT, span() + 2L * LANES);
        spread(dY.array(), dY.offset() + yAt(row), passed);
        int at = dX.offset() + at(windows.top(row));
        if (spec.kind() == Kind.MAX) {
            float[] best = scratch.take(Scratch.Use.LEFT, span() + LANES);
            reduce(row, x, best);
            int further = x.offset() - dX.offset();
            for (int r = 0; r < rows; r++) {
                for (int s = 0; s < spec.kernelWidth(); s++) {
                    int to = at + r * rowStep() + s * spec.channels();
                    addToLargest(x.array(), to + further, best, passed, span(), dX.array(), to);
                }
            }
        } else {
            float share = 1f / (rows * spec.kernelWidth());
            for (int r = 0; r < rows; r++) {
                for (int s = 0; s < spec.kernelWidth(); s++) {
                    add(passed, share, span(), dX.array(), at + r * rowStep() + s * spec.channels());
                }
            }
        }
    }

    /** Elements of dY where their windows begin, with zeros between. */
    private void spread(float[] dY, int from, float[] to) {
        if (spec.stride() == 1) {
            System.arraycopy(dY, from, to, 0, length());
            return;
        }
        VectorMask<Float> some = SPECIES.indexInRange(0, spec.channels());
        Arrays.fill(to, 0, span() + LANES, 0);
        for (int e = 0, at = 0; e < length(); e += spec.channels(), at += step()) {
            FloatVector.fromArray(SPECIES, dY, from + e, some).intoArray(to, at);
        }
    }

    /** At one place of the windows: what was the largest there is passed on, and no more at later places. */
    private static void addToLargest(float[] x, int at, float[] best, float[] passed, int span, float[] dX, int to) {
        for (int i = 0; i < span; i += LANES) {
            int e = Math.min(i, span - LANES);
            FloatVector value = FloatVector.fromArray(SPECIES, x, at + e);
            FloatVector gradient = FloatVector.fromArray(SPECIES, passed, e);
            VectorMask<Float> here = SimdPool2d.isLargest(value, FloatVector.fromArray(SPECIES, best, e));
            FloatVector.fromArray(SPECIES, dX, to + e).add(gradient, here).intoArray(dX, to + e);
            gradient.blend(0, here).intoArray(passed, e);
        }
    }

    private static void add(float[] passed, float share, int span, float[] dX, int to) {
        int e = 0;
        for (; e + LANES <= span; e += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, passed, e).mul(share);
            FloatVector.fromArray(SPECIES, dX, to + e).add(gradient).intoArray(dX, to + e);
        }
        for (; e < span; e++) {
            dX[to + e] += passed[e] * share;
        }
    }
}
