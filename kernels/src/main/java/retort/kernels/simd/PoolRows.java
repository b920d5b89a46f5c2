package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Pool2dSpec.Kind;

/**
 * Pooling of whole rows of windows at a time. In NHWC what stands at one place of all windows of a row is a row of x
 * from there on, so that long vectors go over it: over the rows of the windows first, then over the columns of each.
 * Windows that begin or end outside the image are not among these.
 *
 * <p>A gradient of fewer channels than a vector has lanes goes over a row of x as if a window began at every pixel,
 * with zeros for those that there are not; one of whole vectors of channels, where windows don't overlap, writes each
 * element of dX once.
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
        return rows.span() >= LANES && (isForward(spec) || rows.isSpread() || rows.isWritten()) ? rows : none(windows);
    }

    private static PoolRows none(SimdPool2d.Windows windows) {
        return new PoolRows(windows.spec(), windows, 0, 0);
    }

    private static boolean isForward(Pool2dSpec spec) {
        return spec.pass() == Pass.FORWARD;
    }

    /** Whether a gradient goes over all pixels of a row. */
    private boolean isSpread() {
        return spec.channels() <= LANES && spec.stride() * spec.channels() <= 2 * LANES;
    }

    /** Whether a gradient writes each element once. */
    private boolean isWritten() {
        return spec.channels() % LANES == 0
                && spec.stride() >= spec.kernelWidth()
                && spec.stride() >= spec.kernelHeight();
    }

    /** Whether a gradient leaves no element of dX unwritten, so that none has to be 0 before. */
    boolean writesAll() {
        return end > first
                && isWritten()
                && spec.padding() == 0
                && spec.stride() == spec.kernelWidth()
                && spec.stride() == spec.kernelHeight()
                && spec.outWidth() * spec.stride() == spec.width()
                && spec.outHeight() * spec.stride() == spec.height();
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
        } else {
            System.arraycopy(ofEach(row, x, scratch), 0, y.array(), to, length());
        }
    }

    /** What the windows in a row come to, one after the other: of rows first, then of the columns of each. */
    private float[] ofEach(int row, HostTensor x, Scratch scratch) {
        int covered = span() + (spec.kernelWidth() - 1) * spec.channels();
        float[] columns = scratch.take(Scratch.Use.LEFT, covered + LANES);
        float[] found = scratch.take(Scratch.Use.TILE, length() + LANES);
        int rows = windows.rows(row);
        int at = x.offset() + at(windows.top(row));
        if (rows == 1) {
            System.arraycopy(x.array(), at, columns, 0, covered);
        } else {
            reduce(x.array(), at, x.array(), at + rowStep(), covered, columns, 0);
        }
        for (int r = 2; r < rows; r++) {
            reduce(columns, 0, x.array(), at + r * rowStep(), covered, columns, 0);
        }
        int channels = spec.channels();
        // A vector of fewer channels goes on into the next window and is overwritten by that.
        int width = Math.max(channels, LANES);
        for (int from = 0, to = 0; to < length(); from += step(), to += channels) {
            if (spec.kernelWidth() == 1) {
                System.arraycopy(columns, from, found, to, channels);
            } else {
                reduce(columns, from, columns, from + channels, width, found, to);
            }
            for (int s = 2; s < spec.kernelWidth(); s++) {
                reduce(found, to, columns, from + s * channels, width, found, to);
            }
        }
        if (spec.kind() == Kind.AVERAGE) {
            scale(found, length(), 1f / (rows * spec.kernelWidth()));
        }
        return found;
    }

    private void reduce(float[] a, int aAt, float[] b, int bAt, int length, float[] to, int toAt) {
        if (spec.kind() == Kind.MAX) {
            largest(a, aAt, b, bAt, length, to, toAt);
        } else {
            sum(a, aAt, b, bAt, length, to, toAt);
        }
    }

    /** Element by element, at least a vector of them. */
    private static void largest(float[] a, int aAt, float[] b, int bAt, int length, float[] to, int toAt) {
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            largest(a, aAt + i, b, bAt + i, to, toAt + i);
        }
        if (i < length) {
            int last = length - LANES;
            largest(a, aAt + last, b, bAt + last, to, toAt + last);
        }
    }

    private static void largest(float[] a, int aAt, float[] b, int bAt, float[] to, int toAt) {
        FloatVector best = FloatVector.fromArray(SPECIES, a, aAt);
        FloatVector next = FloatVector.fromArray(SPECIES, b, bAt);
        next.blend(best, SimdPool2d.stays(best, next)).intoArray(to, toAt);
    }

    private static void sum(float[] a, int aAt, float[] b, int bAt, int length, float[] to, int toAt) {
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            FloatVector.fromArray(SPECIES, a, aAt + i)
                    .add(FloatVector.fromArray(SPECIES, b, bAt + i))
                    .intoArray(to, toAt + i);
        }
        for (; i < length; i++) {
            to[toAt + i] = a[aAt + i] + b[bAt + i];
        }
    }

    private static void scale(float[] x, int length, float factor) {
        for (int i = 0; i < length; i++) {
            x[i] *= factor;
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
     * Adds what the windows in a row pass to dX, or writes it.
     *
     * @param x null for a mean
     */
    void gradient(int row, HostTensor x, HostTensor dY, HostTensor dX, Scratch scratch) {
        if (end == first) {
            return;
        }
        if (isWritten()) {
            write(row, x, dY, dX, scratch);
        } else {
            add(row, x, dY, dX, scratch);
        }
    }

    private void write(int row, HostTensor x, HostTensor dY, HostTensor dX, Scratch scratch) {
        int rows = windows.rows(row);
        int at = dX.offset() + at(windows.top(row));
        int dYAt = dY.offset() + yAt(row);
        if (spec.kind() == Kind.AVERAGE) {
            float share = 1f / (rows * spec.kernelWidth());
            for (int r = 0; r < rows; r++) {
                for (int s = 0; s < spec.kernelWidth(); s++) {
                    writeShares(dY.array(), dYAt, share, dX.array(), at + r * rowStep() + s * spec.channels());
                }
            }
            return;
        }
        float[] best = ofEach(row, x, scratch);
        float[] passed = scratch.take(Scratch.Use.GRADIENT, length());
        System.arraycopy(dY.array(), dYAt, passed, 0, length());
        int further = x.offset() - dX.offset();
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < spec.kernelWidth(); s++) {
                int to = at + r * rowStep() + s * spec.channels();
                writeWhereLargest(x.array(), to + further, best, passed, dX.array(), to);
            }
        }
    }

    /** At one place of the windows: what was the largest there is passed on, and no more at later places. */
    private void writeWhereLargest(float[] x, int at, float[] best, float[] passed, float[] dX, int to) {
        int step = step();
        int channels = spec.channels();
        int length = length();
        for (int from = 0, ahead = 0; from < length; from += channels, ahead += step) {
            for (int c = 0; c < channels; c += LANES) {
                FloatVector value = FloatVector.fromArray(SPECIES, x, at + ahead + c);
                FloatVector gradient = FloatVector.fromArray(SPECIES, passed, from + c);
                VectorMask<Float> here = SimdPool2d.isLargest(value, FloatVector.fromArray(SPECIES, best, from + c));
                FloatVector.zero(SPECIES).blend(gradient, here).intoArray(dX, to + ahead + c);
                gradient.blend(0, here).intoArray(passed, from + c);
            }
        }
    }

    private void writeShares(float[] dY, int dYAt, float share, float[] dX, int to) {
        int step = step();
        int channels = spec.channels();
        int length = length();
        for (int from = 0, ahead = 0; from < length; from += channels, ahead += step) {
            for (int c = 0; c < channels; c += LANES) {
                FloatVector.fromArray(SPECIES, dY, dYAt + from + c).mul(share).intoArray(dX, to + ahead + c);
            }
        }
    }

    private void add(int row, HostTensor x, HostTensor dY, HostTensor dX, Scratch scratch) {
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
