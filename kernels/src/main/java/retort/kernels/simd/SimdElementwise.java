package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.ReluSpec;

/** The operations that touch each element once: bound by memory, so shared out in chunks and otherwise left plain. */
final class SimdElementwise {
    /**
     * A row of so few elements is done without vectors. Once compiled that takes about as long, but a training step has
     * so few of them, the classes of each image, that vector code would run uncompiled, 100 times slower, for hundreds
     * of steps.
     */
    static final int FEW = 16;

    private final Workers workers;

    SimdElementwise(Workers workers) {
        this.workers = workers;
    }

    Runnable add(AddSpec spec, HostTensor a, HostTensor b, HostTensor y) {
        float[] as = a.array();
        float[] bs = b.array();
        float[] ys = y.array();
        return workers.prepareChunks(spec.count(), spec.bytes(), (from, to) -> {
            int e = from;
            for (; e + LANES <= to; e += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, as, a.offset() + e)
                        .add(FloatVector.fromArray(SPECIES, bs, b.offset() + e));
                (spec.relu() ? sum.max(0) : sum).intoArray(ys, y.offset() + e);
            }
            for (; e < to; e++) {
                float sum = as[a.offset() + e] + bs[b.offset() + e];
                ys[y.offset() + e] = spec.relu() ? positive(sum) : sum;
            }
        });
    }

    Runnable relu(ReluSpec spec, HostTensor x, HostTensor y) {
        float[] xs = x.array();
        float[] ys = y.array();
        return workers.prepareChunks(spec.count(), spec.bytes(), (from, to) -> {
            int e = from;
            for (; e + LANES <= to; e += LANES) {
                FloatVector.fromArray(SPECIES, xs, x.offset() + e).max(0).intoArray(ys, y.offset() + e);
            }
            for (; e < to; e++) {
                ys[y.offset() + e] = positive(xs[x.offset() + e]);
            }
        });
    }

    /** max(x, 0), where NaN stays NaN. */
    static float positive(float x) {
        return x <= 0 ? 0 : x;
    }

    Runnable reluGradient(ReluSpec spec, HostTensor y, HostTensor dY, HostTensor dX) {
        float[] ys = y.array();
        float[] dYs = dY.array();
        float[] dXs = dX.array();
        return workers.prepareChunks(spec.count(), spec.bytes(), (from, to) -> {
            FloatVector zero = FloatVector.zero(SPECIES);
            int e = from;
            for (; e + LANES <= to; e += LANES) {
                FloatVector passed = FloatVector.fromArray(SPECIES, dYs, dY.offset() + e);
                FloatVector output = FloatVector.fromArray(SPECIES, ys, y.offset() + e);
                zero.blend(passed, output.compare(VectorOperators.GT, 0)).intoArray(dXs, dX.offset() + e);
            }
            for (; e < to; e++) {
                dXs[dX.offset() + e] = ys[y.offset() + e] > 0 ? dYs[dY.offset() + e] : 0;
            }
        });
    }

    Runnable dropout(DropoutSpec spec, DropoutKey key, HostTensor x, HostTensor y) {
        float[] xs = x.array();
        float[] ys = y.array();
        SimdDropout dropout = new SimdDropout(key, spec.rate(), spec.scale());
        return workers.prepareChunks(spec.count(), spec.bytes(), (from, to) -> {
            dropout.run(from, to - from, xs, x.offset() + from, ys, y.offset() + from);
        });
    }

    Runnable addBias(BiasSpec spec, HostTensor x, HostTensor bias) {
        int columns = spec.columns();
        return workers.prepareRows(spec.rows(), columns, spec.bytes(), (from, to) -> {
            for (int i = from; i < to; i++) {
                addRow(bias.array(), bias.offset(), x.array(), x.offset() + i * columns, columns);
            }
        });
    }

    /** to[toAt ..] += from[fromAt ..]. */
    private static void addRow(float[] from, int fromAt, float[] to, int toAt, int count) {
        int j = 0;
        for (; j + LANES <= count; j += LANES) {
            FloatVector sum =
                    FloatVector.fromArray(SPECIES, to, toAt + j).add(FloatVector.fromArray(SPECIES, from, fromAt + j));
            sum.intoArray(to, toAt + j);
        }
        for (; j < count; j++) {
            to[toAt + j] += from[fromAt + j];
        }
    }

    Runnable columnSums(ColumnSumSpec spec, HostTensor x, HostTensor sums) {
        return columnSums(spec, x, sum -> System.arraycopy(sum, 0, sums.array(), sums.offset(), spec.columns()));
    }

    Runnable biasBackward(BiasBackwardSpec spec, HostTensor dY, SimdUpdate update) {
        return columnSums(spec.sums(), dY, gradient -> update.run(gradient, 0, spec.columns()));
    }

    /**
     * Tall matrices are cut into 16 bands, whatever the thread count, and the bands' sums added in order.
     *
     * @param then takes the sums, from the array's beginning on
     */
    private Runnable columnSums(ColumnSumSpec spec, HostTensor x, Consumer<float[]> then) {
        int columns = spec.columns();
        int bands = spec.rows() >= 256 ? 16 : 1;
        int band = Math.ceilDiv(spec.rows(), bands);
        float[] partial = new float[bands * columns];
        Workers.Task task = (number, worker) -> {
            Arrays.fill(partial, number * columns, (number + 1) * columns, 0);
            int to = Math.min(spec.rows(), (number + 1) * band);
            for (int i = number * band; i < to; i++) {
                addRow(x.array(), x.offset() + i * columns, partial, number * columns, columns);
            }
        };
        long bytes = spec.bytes();
        return () -> {
            workers.forEach(bands, bytes, task);
            for (int number = 1; number < bands; number++) {
                addRow(partial, number * columns, partial, 0, columns);
            }
            then.accept(partial);
        };
    }

    Runnable argmax(ArgmaxSpec spec, HostTensor x, HostTensor indices) {
        int columns = spec.columns();
        return workers.prepareRows(spec.rows(), columns, spec.bytes(), (from, to) -> {
            for (int i = from; i < to; i++) {
                indices.array()[indices.offset() + i] = argmax(x.array(), x.offset() + i * columns, columns);
            }
        });
    }

    /** Index of the largest of x[from .. from + count), the lowest among equals; NaN is never the largest. */
    static int argmax(float[] x, int from, int count) {
        int whole = count <= FEW ? 0 : count / LANES * LANES;
        float most = whole == 0 ? Float.NEGATIVE_INFINITY : largest(x, from, whole);
        for (int c = whole; c < count; c++) {
            if (x[from + c] > most) {
                most = x[from + c];
            }
        }
        for (int i = 0; i < count; i++) {
            if (x[from + i] == most) {
                return i;
            }
        }
        return 0;
    }

    private static float largest(float[] x, int from, int count) {
        FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int c = 0; c < count; c += LANES) {
            FloatVector next = FloatVector.fromArray(SPECIES, x, from + c);
            largest = largest.blend(next, next.compare(VectorOperators.GT, largest));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** x *= factor. */
    static void scale(float[] x, int at, int count, float factor) {
        for (int e = at; e < at + count; e++) {
            x[e] *= factor;
        }
    }
}
