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
 * Max and average pooling, a vector of channels at a time: in NHWC the channels of a pixel lie side by side. Channels
 * beyond whole vectors are done under a mask; whole ones are not, since a store under one costs several.
 *
 * <p>What goes over all of a window takes and leaves arrays: HotSpot does not inline a method whose own compiled code
 * is large, and a vector that it returned would be an object on the heap.
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

    /** Windows from .. to of a row. */
    private static void windows(Windows all, int row, int from, int to, HostTensor x, HostTensor y) {
        Pool2dSpec spec = all.spec();
        int rows = all.rows(row);
        for (int j = from; j < to; j++) {
            int first = x.offset() + all.first(row, j);
            int columns = all.columns(j);
            int at = y.offset() + (row * spec.outWidth() + j) * spec.channels();
            for (int c = 0; c < spec.channels(); c += LANES) {
                VectorMask<Float> some = all.mask(c);
                switch (spec.kind()) {
                    case MAX -> largest(all, rows, columns, x.array(), first + c, some, y.array(), at + c);
                    case AVERAGE -> mean(all, rows, columns, x.array(), first + c, some, y.array(), at + c);
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
        float[][] largest = new float[workers.count()][LANES];
        Workers.Task task = (number, worker) -> {
            int from = dX.offset() + number * image;
            Arrays.fill(dX.array(), from, from + image, 0);
            for (int row = number * spec.outHeight(); row < (number + 1) * spec.outHeight(); row++) {
                gradients(all, row, 0, within.first(), x, dY, dX, largest[worker]);
                within.gradient(row, x, dY, dX, scratch[worker]);
                gradients(all, row, within.end(), spec.outWidth(), x, dY, dX, largest[worker]);
            }
        };
        return workers.prepare(spec.batch(), spec.bytes(), task);
    }

    /** Adds what windows from .. to of a row pass to dX. */
    private static void gradients(
            Windows all, int row, int from, int to, HostTensor x, HostTensor dY, HostTensor dX, float[] largest) {
        Pool2dSpec spec = all.spec();
        int rows = all.rows(row);
        for (int j = from; j < to; j++) {
            int first = all.first(row, j);
            int columns = all.columns(j);
            int at = dY.offset() + (row * spec.outWidth() + j) * spec.channels();
            for (int c = 0; c < spec.channels(); c += LANES) {
                VectorMask<Float> some = all.mask(c);
                FloatVector gradient = load(dY.array(), at + c, some);
                switch (spec.kind()) {
                    case MAX -> {
                        largest(all, rows, columns, x.array(), x.offset() + first + c, some, largest, 0);
                        addToLargest(all, rows, columns, x, first + c, some, largest, gradient, dX);
                    }
                    case AVERAGE -> addToAll(all, rows, columns, first + c, some, gradient, dX);
                }
            }
        }
    }

    /**
     * Which pixels of an image are under the windows: their numbers, without an object for each window.
     *
     * @param down pixels under each window of a column
     * @param across pixels under each window of a row
     * @param rest the channels beyond whole vectors
     */
    record Windows(Pool2dSpec spec, Side down, Side across, VectorMask<Float> rest) {
        static Windows of(Pool2dSpec spec) {
            return new Windows(
                    spec,
                    Side.of(spec.height(), spec.outHeight(), spec.kernelHeight(), spec),
                    Side.of(spec.width(), spec.outWidth(), spec.kernelWidth(), spec),
                    SPECIES.indexInRange(0, spec.channels() % LANES));
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

        /** Of a vector of channels from c on those that there are, null for all. */
        VectorMask<Float> mask(int c) {
            return c + LANES <= spec.channels() ? null : rest;
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

    /** @param some which lanes, null for all */
    private static FloatVector load(float[] from, int at, VectorMask<Float> some) {
        return some == null ? FloatVector.fromArray(SPECIES, from, at) : FloatVector.fromArray(SPECIES, from, at, some);
    }

    private static void store(FloatVector value, float[] to, int at, VectorMask<Float> some) {
        if (some == null) {
            value.intoArray(to, at);
        } else {
            value.intoArray(to, at, some);
        }
    }

    /** Stores the largest element of each channel of a window whose first is {@code x[first]}. */
    private static void largest(
            Windows all, int rows, int columns, float[] x, int first, VectorMask<Float> some, float[] to, int at) {
        FloatVector best = load(x, first, some);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                FloatVector value = load(x, first + all.at(r, s), some);
                best = best.blend(value, isLarger(value, best));
            }
        }
        store(best, to, at, some);
    }

    /**
     * Where a value takes the place of the largest so far: of equals the first stays, a NaN is larger than any number.
     */
    static VectorMask<Float> isLarger(FloatVector value, FloatVector best) {
        return value.compare(VectorOperators.GT, best)
                .or(value.test(VectorOperators.IS_NAN).andNot(best.test(VectorOperators.IS_NAN)));
    }

    /** Where a value is the largest of its window, or a NaN as that is then. */
    static VectorMask<Float> isLargest(FloatVector value, FloatVector best) {
        return value.compare(VectorOperators.EQ, best).or(value.test(VectorOperators.IS_NAN));
    }

    private static void mean(
            Windows all, int rows, int columns, float[] x, int first, VectorMask<Float> some, float[] to, int at) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                sum = sum.add(load(x, first + all.at(r, s), some));
            }
        }
        store(sum.mul(1f / (rows * columns)), to, at, some);
    }

    /** Adds the gradient of a vector of y where the largest elements of its window stand. */
    private static void addToLargest(
            Windows all,
            int rows,
            int columns,
            HostTensor x,
            int first,
            VectorMask<Float> some,
            float[] largest,
            FloatVector gradient,
            HostTensor dX) {
        FloatVector best = FloatVector.fromArray(SPECIES, largest, 0);
        VectorMask<Float> open = SPECIES.maskAll(true);
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int element = first + all.at(r, s);
                FloatVector value = load(x.array(), x.offset() + element, some);
                VectorMask<Float> here = open.and(isLargest(value, best));
                int to = dX.offset() + element;
                store(load(dX.array(), to, some).add(gradient, here), dX.array(), to, some);
                open = open.andNot(here);
            }
        }
    }

    /** Adds a share of the gradient of a vector of y to every pixel of its window. */
    private static void addToAll(
            Windows all,
            int rows,
            int columns,
            int first,
            VectorMask<Float> some,
            FloatVector gradient,
            HostTensor dX) {
        FloatVector share = gradient.mul(1f / (rows * columns));
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int to = dX.offset() + first + all.at(r, s);
                store(load(dX.array(), to, some).add(share), dX.array(), to, some);
            }
        }
    }
}
