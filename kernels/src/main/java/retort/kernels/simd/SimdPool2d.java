package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Pool2dSpec.Kind;

/**
 * Max and average pooling, a vector of channels at a time: in NHWC the channels of a pixel lie side by side. Where they
 * are no whole vectors the last one ends where they end, and does some of the one before once more: of a gradient it
 * adds 0 there. {@link NarrowWindows} are those of fewer channels.
 *
 * <p>What goes over all of a window takes and leaves arrays, and uses no masks for loads and stores: HotSpot does not
 * inline a method whose own compiled code is large, nor more than so many of them into one, and a vector that is passed
 * to such a method or comes from it is an object on the heap.
 */
final class SimdPool2d {
    private final Workers workers;
    private final Scratch[] scratch;

    /** @param scratch one for each worker */
    SimdPool2d(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    Runnable prepare(Pool2dSpec spec, Operands<HostTensor> o) {
        if (spec.pass() == Pass.FORWARD) {
            return forward(spec, o.get(0), o.get(1));
        }
        return spec.kind() == Kind.MAX
                ? gradient(spec, o.get(0), o.get(1), o.get(2))
                : gradient(spec, null, o.get(0), o.get(1));
    }

    /** Rows of y are shared out. */
    private Runnable forward(Pool2dSpec spec, HostTensor x, HostTensor y) {
        Windows all = Windows.of(spec);
        PoolRows within = PoolRows.of(all);
        Workers.Task task = (row, worker) -> {
            windows(all, row, 0, within.first(), x, y);
            within.forward(row, x, y, scratch[worker]);
            windows(all, row, within.end(), spec.outWidth(), x, y);
        };
        return workers.prepare(spec.batch() * spec.outHeight(), spec.bytes(), task);
    }

    /** Windows begin .. end - 1 of a row. */
    private static void windows(Windows all, int row, int begin, int end, HostTensor x, HostTensor y) {
        Pool2dSpec spec = all.spec();
        if (spec.channels() < LANES) {
            NarrowWindows.forward(all, row, begin, end, x, y);
            return;
        }
        int rows = all.rows(row);
        for (int j = begin; j < end; j++) {
            int first = x.offset() + all.first(row, j);
            int columns = all.columns(j);
            int at = y.offset() + (row * spec.outWidth() + j) * spec.channels();
            for (int c = 0; c < spec.channels(); c += LANES) {
                int from = all.vector(c);
                switch (spec.kind()) {
                    case MAX -> largest(all, rows, columns, x.array(), first + from, y.array(), at + from);
                    case AVERAGE -> mean(all, rows, columns, x.array(), first + from, y.array(), at + from);
                }
            }
        }
    }

    /**
     * Images are shared out: windows overlap within one only.
     *
     * @param x null for a mean
     */
    private Runnable gradient(Pool2dSpec spec, HostTensor x, HostTensor dY, HostTensor dX) {
        int image = spec.xShape().rowSize();
        Windows all = Windows.of(spec);
        PoolRows within = PoolRows.of(all);
        Workers.Task task = (number, worker) -> {
            int from = dX.offset() + number * image;
            if (!within.writesAll()) {
                Arrays.fill(dX.array(), from, from + image, 0);
            }
            for (int row = number * spec.outHeight(); row < (number + 1) * spec.outHeight(); row++) {
                gradients(all, row, 0, within.first(), x, dY, dX, scratch[worker]);
                within.gradient(row, x, dY, dX, scratch[worker]);
                gradients(all, row, within.end(), spec.outWidth(), x, dY, dX, scratch[worker]);
            }
        };
        return workers.prepare(spec.batch(), spec.bytes(), task);
    }

    /** Adds what windows begin .. end - 1 of a row pass to dX. */
    private static void gradients(
            Windows all, int row, int begin, int end, HostTensor x, HostTensor dY, HostTensor dX, Scratch scratch) {
        Pool2dSpec spec = all.spec();
        if (spec.channels() < LANES) {
            NarrowWindows.gradients(all, row, begin, end, x, dY, dX);
            return;
        }
        float[] largest = scratch.take(Scratch.Use.LEFT, LANES);
        float[] some = scratch.take(Scratch.Use.GRADIENT, LANES);
        int rows = all.rows(row);
        for (int j = begin; j < end; j++) {
            int first = all.first(row, j);
            int columns = all.columns(j);
            int at = dY.offset() + (row * spec.outWidth() + j) * spec.channels();
            for (int c = 0; c < spec.channels(); c += LANES) {
                int from = all.vector(c);
                boolean whole = from == c;
                if (!whole) {
                    Arrays.fill(some, 0, c - from, 0);
                    System.arraycopy(dY.array(), at + c, some, c - from, spec.channels() - c);
                }
                float[] gradient = whole ? dY.array() : some;
                int of = whole ? at + c : 0;
                switch (spec.kind()) {
                    case MAX -> {
                        largest(all, rows, columns, x.array(), x.offset() + first + from, largest, 0);
                        addToLargest(all, rows, columns, x, first + from, largest, gradient, of, dX);
                    }
                    case AVERAGE -> addToAll(all, rows, columns, first + from, gradient, of, dX);
                }
            }
        }
    }

    /**
     * Which pixels of an image are under the windows: their numbers, without an object for each window.
     *
     * @param down pixels under each window of a column
     * @param across pixels under each window of a row
     */
    record Windows(Pool2dSpec spec, Side down, Side across) {
        static Windows of(Pool2dSpec spec) {
            return new Windows(
                    spec,
                    Side.of(spec.height(), spec.outHeight(), spec.kernelHeight(), spec),
                    Side.of(spec.width(), spec.outWidth(), spec.kernelWidth(), spec));
        }

        /**
         * Index in the image set of a window's first pixel's first channel.
         *
         * @param row of y, counted over all images
         */
        int first(int row, int j) {
            return (top(row) * spec.width() + across.first()[j]) * spec.channels();
        }

        /** The first row of pixels under a row of windows, both counted over all images. */
        int top(int row) {
            return row / spec.outHeight() * spec.height() + down.first()[row % spec.outHeight()];
        }

        /** How many there are. */
        int rows(int row) {
            return down.count()[row % spec.outHeight()];
        }

        int columns(int j) {
            return across.count()[j];
        }

        /** Index of a pixel under a window from that of its first. */
        int at(int row, int column) {
            return (row * spec.width() + column) * spec.channels();
        }

        /** Where the vector begins that has the channels from c on. */
        int vector(int c) {
            return Math.min(c, spec.channels() - LANES);
        }
    }

    /** Along one side of an image the first pixel under each window, and how many there are. */
    private record Side(int[] first, int[] count) {
        static Side of(int size, int windows, int kernel, Pool2dSpec spec) {
            Side side = new Side(new int[windows], new int[windows]);
            for (int i = 0; i < windows; i++) {
                int from = i * spec.stride() - spec.padding();
                side.first[i] = Math.max(from, 0);
                side.count[i] = Math.min(from + kernel, size) - side.first[i];
            }
            return side;
        }
    }

    /** Stores the largest element of each channel of a window whose first is {@code x[first]}. */
    private static void largest(Windows all, int rows, int columns, float[] x, int first, float[] to, int at) {
        FloatVector best = FloatVector.fromArray(SPECIES, x, first);
        int rowStep = all.at(1, 0);
        int step = all.at(0, 1);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                FloatVector value = FloatVector.fromArray(SPECIES, x, first + r * rowStep + s * step);
                best = value.blend(best, stays(best, value));
            }
        }
        best.intoArray(to, at);
    }

    /**
     * Where the largest so far is not replaced by the next value: of equals the first stays, a NaN is larger than any
     * number.
     */
    static VectorMask<Float> stays(FloatVector best, FloatVector next) {
        return best.compare(VectorOperators.GE, next).or(best.test(VectorOperators.IS_NAN));
    }

    /** Where a value is the largest of its window, or a NaN as that is then. */
    static VectorMask<Float> isLargest(FloatVector value, FloatVector best) {
        return value.compare(VectorOperators.EQ, best).or(value.test(VectorOperators.IS_NAN));
    }

    private static void mean(Windows all, int rows, int columns, float[] x, int first, float[] to, int at) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int rowStep = all.at(1, 0);
        int step = all.at(0, 1);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                sum = sum.add(FloatVector.fromArray(SPECIES, x, first + r * rowStep + s * step));
            }
        }
        sum.mul(1f / (rows * columns)).intoArray(to, at);
    }

    /** Adds a vector of a gradient, {@code passed[at ..]}, where the largest elements of its window stand. */
    private static void addToLargest(
            Windows all,
            int rows,
            int columns,
            HostTensor x,
            int first,
            float[] largest,
            float[] passed,
            int at,
            HostTensor dX) {
        FloatVector best = FloatVector.fromArray(SPECIES, largest, 0);
        FloatVector gradient = FloatVector.fromArray(SPECIES, passed, at);
        VectorMask<Float> open = SPECIES.maskAll(true);
        int rowStep = all.at(1, 0);
        int step = all.at(0, 1);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int element = first + r * rowStep + s * step;
                FloatVector value = FloatVector.fromArray(SPECIES, x.array(), x.offset() + element);
                VectorMask<Float> here = open.and(isLargest(value, best));
                int to = dX.offset() + element;
                FloatVector.fromArray(SPECIES, dX.array(), to)
                        .add(gradient, here)
                        .intoArray(dX.array(), to);
                open = open.andNot(here);
            }
        }
    }

    /** Adds a share of a vector of a gradient, {@code passed[at ..]}, to every pixel of its window. */
    private static void addToAll(Windows all, int rows, int columns, int first, float[] passed, int at, HostTensor dX) {
        FloatVector share = FloatVector.fromArray(SPECIES, passed, at).mul(1f / (rows * columns));
        int rowStep = all.at(1, 0);
        int step = all.at(0, 1);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int to = dX.offset() + first + r * rowStep + s * step;
                FloatVector.fromArray(SPECIES, dX.array(), to).add(share).intoArray(dX.array(), to);
            }
        }
    }
}
