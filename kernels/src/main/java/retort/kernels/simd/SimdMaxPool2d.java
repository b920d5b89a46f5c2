package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.MaxPool2dSpec;

/** Max pooling, a vector of channels at a time: in NHWC the channels of a pixel lie side by side. */
final class SimdMaxPool2d {
    private final Workers workers;

    SimdMaxPool2d(Workers workers) {
        this.workers = workers;
    }

    /** Rows of y are shared out. */
    Runnable forward(MaxPool2dSpec spec, HostTensor x, HostTensor y) {
        Workers.Task task = (row, worker) -> {
            for (int j = 0; j < spec.outWidth(); j++) {
                Window window = Window.of(spec, row, j);
                int to = y.offset() + (row * spec.outWidth() + j) * spec.channels();
                for (int c = 0; c < spec.channels(); c += LANES) {
                    VectorMask<Float> channels = SPECIES.indexInRange(c, spec.channels());
                    largest(window, x, c, channels).intoArray(y.array(), to + c, channels);
                }
            }
        };
        return workers.prepare(spec.batch() * spec.outHeight(), spec.bytes(), task);
    }

    /** Images are shared out: windows overlap within one only. */
    Runnable gradient(MaxPool2dSpec spec, HostTensor x, HostTensor dY, HostTensor dX) {
        int image = spec.xShape().rowSize();
        Workers.Task task = (number, worker) -> {
            int from = dX.offset() + number * image;
            Arrays.fill(dX.array(), from, from + image, 0);
            for (int row = number * spec.outHeight(); row < (number + 1) * spec.outHeight(); row++) {
                for (int j = 0; j < spec.outWidth(); j++) {
                    int at = dY.offset() + (row * spec.outWidth() + j) * spec.channels();
                    pixelGradient(Window.of(spec, row, j), x, dY.array(), at, dX);
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
        static Window of(MaxPool2dSpec spec, int row, int j) {
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
    }

    private static FloatVector largest(Window window, HostTensor x, int c, VectorMask<Float> channels) {
        FloatVector best = null;
        for (int r = 0; r < window.rows(); r++) {
            for (int s = 0; s < window.pixels(); s++) {
                FloatVector value =
                        FloatVector.fromArray(SPECIES, x.array(), x.offset() + window.at(r, s) + c, channels);
                best = best == null ? value : best.blend(value, isLarger(value, best));
            }
        }
        return best;
    }

    /**
     * Where a value takes the place of the largest so far: of equals the first stays, a NaN is larger than any number.
     */
    private static VectorMask<Float> isLarger(FloatVector value, FloatVector best) {
        return value.compare(VectorOperators.GT, best)
                .or(value.test(VectorOperators.IS_NAN).andNot(best.test(VectorOperators.IS_NAN)));
    }

    /** Adds the gradient of a pixel of y, at {@code dY[at..]}, where the largest elements of its window stand. */
    private static void pixelGradient(Window window, HostTensor x, float[] dY, int at, HostTensor dX) {
        for (int c = 0; c < window.channels(); c += LANES) {
            VectorMask<Float> channels = SPECIES.indexInRange(c, window.channels());
            FloatVector best = largest(window, x, c, channels);
            FloatVector gradient = FloatVector.fromArray(SPECIES, dY, at + c, channels);
            VectorMask<Float> open = channels;
            for (int r = 0; r < window.rows(); r++) {
                for (int s = 0; s < window.pixels(); s++) {
                    int element = window.at(r, s) + c;
                    FloatVector value = FloatVector.fromArray(SPECIES, x.array(), x.offset() + element, channels);
                    VectorMask<Float> here =
                            open.and(value.compare(VectorOperators.EQ, best).or(value.test(VectorOperators.IS_NAN)));
                    int to = dX.offset() + element;
                    FloatVector sum = FloatVector.fromArray(SPECIES, dX.array(), to, channels);
                    sum.add(gradient, here).intoArray(dX.array(), to, channels);
                    open = open.andNot(here);
                }
            }
        }
    }
}
