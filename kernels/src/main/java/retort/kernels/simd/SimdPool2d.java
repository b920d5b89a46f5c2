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

    SimdPool2d(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(Pool2dSpec spec, Operands<HostTensor> o) {
        if (spec.pass() == Pass.FORWARD) {
            return forward(spec, o.get(0), o.get(1));
        }
        return spec.kind() == Kind.MAX
                ? gradient(spec, o.get(0), o.get(1), o.get(2))
                : gradient(spec, null, o.get(0), o.get(1));
    }

    /** The channels beyond whole vectors. */
    private static VectorMask<Float> rest(Pool2dSpec spec) {
        return SPECIES.indexInRange(0, spec.channels() % LANES);
    }

    /** Rows of y are shared out. */
    private Runnable forward(Pool2dSpec spec, HostTensor x, HostTensor y) {
        VectorMask<Float> rest = rest(spec);
        Workers.Task task = (row, worker) -> {
            for (int j = 0; j < spec.outWidth(); j++) {
                Window window = Window.of(spec, row, j);
                int to = y.offset() + (row * spec.outWidth() + j) * spec.channels();
                for (int c = 0; c < spec.channels(); c += LANES) {
                    VectorMask<Float> some = c + LANES <= spec.channels() ? null : rest;
                    switch (spec.kind()) {
                        case MAX -> largest(window, x, c, some, y.array(), to + c);
                        case AVERAGE -> mean(window, x, c, some, y.array(), to + c);
                    }
                }
            }
        };
        return workers.prepare(spec.batch() * spec.outHeight(), spec.bytes(), task);
    }

    /**
     * Images are shared out: windows overlap within one only.
     *
     * @param x null for a mean
     */
    private Runnable gradient(Pool2dSpec spec, HostTensor x, HostTensor dY, HostTensor dX) {
        int image = spec.xShape().rowSize();
        VectorMask<Float> rest = rest(spec);
        float[][] largest = new float[workers.count()][LANES];
        Workers.Task task = (number, worker) -> {
            int from = dX.offset() + number * image;
            Arrays.fill(dX.array(), from, from + image, 0);
            for (int row = number * spec.outHeight(); row < (number + 1) * spec.outHeight(); row++) {
                for (int j = 0; j < spec.outWidth(); j++) {
                    Window window = Window.of(spec, row, j);
                    int at = dY.offset() + (row * spec.outWidth() + j) * spec.channels();
                    for (int c = 0; c < spec.channels(); c += LANES) {
                        VectorMask<Float> some = c + LANES <= spec.channels() ? null : rest;
                        switch (spec.kind()) {
                            case MAX -> {
                                largest(window, x, c, some, largest[worker], 0);
                                addToLargest(window, x, c, some, largest[worker], dY.array(), at + c, dX);
                            }
                            case AVERAGE -> addToAll(window, c, some, dY.array(), at + c, dX);
                        }
                    }
                }
            }
        };
        return workers.prepare(spec.batch(), spec.bytes(), task);
    }

    /**
     * The part of an image under one element of y.
     *
     * @param first index in the image set of its first pixel's first channel
     * @param rowStep elements from a row of it to the next
     * @param pixels in a row of it
     */
    private record Window(int first, int rowStep, int rows, int pixels, int channels) {
        /** @param row of y, counted over all images */
        static Window of(Pool2dSpec spec, int row, int j) {
            int top = row % spec.outHeight() * spec.stride() - spec.padding();
            int left = j * spec.stride() - spec.padding();
            int p = Math.max(top, 0);
            int q = Math.max(left, 0);
            int image = row / spec.outHeight();
            int pixel = (image * spec.height() + p) * spec.width() + q;
            return new Window(
                    pixel * spec.channels(),
                    spec.width() * spec.channels(),
                    Math.min(top + spec.kernelHeight(), spec.height()) - p,
                    Math.min(left + spec.kernelWidth(), spec.width()) - q,
                    spec.channels());
        }

        int at(int row, int pixel) {
            return first + row * rowStep + pixel * channels;
        }

        int size() {
            return rows * pixels;
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

    /** Stores the largest element of each channel. */
    private static void largest(Window window, HostTensor x, int c, VectorMask<Float> some, float[] to, int at) {
        FloatVector best = load(x.array(), x.offset() + window.at(0, 0) + c, some);
        for (int r = 0; r < window.rows(); r++) {
            for (int s = 0; s < window.pixels(); s++) {
                FloatVector value = load(x.array(), x.offset() + window.at(r, s) + c, some);
                best = best.blend(value, isLarger(value, best));
            }
        }
        store(best, to, at, some);
    }

    /**
     * Where a value takes the place of the largest so far: of equals the first stays, a NaN is larger than any number.
     */
    private static VectorMask<Float> isLarger(FloatVector value, FloatVector best) {
        return value.compare(VectorOperators.GT, best)
                .or(value.test(VectorOperators.IS_NAN).andNot(best.test(VectorOperators.IS_NAN)));
    }

    private static void mean(Window window, HostTensor x, int c, VectorMask<Float> some, float[] to, int at) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int r = 0; r < window.rows(); r++) {
            for (int s = 0; s < window.pixels(); s++) {
                sum = sum.add(load(x.array(), x.offset() + window.at(r, s) + c, some));
            }
        }
        store(sum.mul(1f / window.size()), to, at, some);
    }

    /** Adds the gradient of a vector of y, {@code dY[at ..]}, where the largest elements of its window stand. */
    private static void addToLargest(
            Window window,
            HostTensor x,
            int c,
            VectorMask<Float> some,
            float[] largest,
            float[] dY,
            int at,
            HostTensor dX) {
        FloatVector best = FloatVector.fromArray(SPECIES, largest, 0);
        FloatVector gradient = load(dY, at, some);
        VectorMask<Float> open = SPECIES.maskAll(true);
        for (int r = 0; r < window.rows(); r++) {
            for (int s = 0; s < window.pixels(); s++) {
                int element = window.at(r, s) + c;
                FloatVector value = load(x.array(), x.offset() + element, some);
                VectorMask<Float> here =
                        open.and(value.compare(VectorOperators.EQ, best).or(value.test(VectorOperators.IS_NAN)));
                int to = dX.offset() + element;
                store(load(dX.array(), to, some).add(gradient, here), dX.array(), to, some);
                open = open.andNot(here);
            }
        }
    }

    /** Adds a share of the gradient of a vector of y to every pixel of its window. */
    private static void addToAll(Window window, int c, VectorMask<Float> some, float[] dY, int at, HostTensor dX) {
        FloatVector share = load(dY, at, some).mul(1f / window.size());
        for (int r = 0; r < window.rows(); r++) {
            for (int s = 0; s < window.pixels(); s++) {
                int to = dX.offset() + window.at(r, s) + c;
                store(load(dX.array(), to, some).add(share), dX.array(), to, some);
            }
        }
    }
}
