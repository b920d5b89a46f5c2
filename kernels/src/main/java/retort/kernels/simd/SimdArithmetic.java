package retort.kernels.simd;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.ArithmeticSpec;

/**
 * Sums, products and the like of two tensors, element by element: loops so plain that the compiler makes vectors of
 * them. A short b is repeated first, so that every loop is long.
 */
final class SimdArithmetic {
    /** A shorter b is repeated to at least this length. */
    private static final int LEAST_LOOP = 256;

    private final Workers workers;

    SimdArithmetic(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(ArithmeticSpec spec, HostTensor a, HostTensor b, HostTensor y) {
        int period = spec.period();
        int loop = period * Math.ceilDiv(Math.min(LEAST_LOOP, spec.count()), period);
        boolean repeats = loop > period;
        float[] bs = repeats ? new float[loop] : b.array();
        int bFrom = repeats ? 0 : b.offset();
        Runnable all = workers.prepareChunks(spec.count(), spec.bytes(), (from, to) -> {
            int count;
            for (int at = from; at < to; at += count) {
                int inLoop = at % loop;
                count = Math.min(loop - inLoop, to - at);
                apply(spec.operator(), a.array(), a.offset() + at, bs, bFrom + inLoop, y, y.offset() + at, count);
            }
        });
        if (!repeats) {
            return all;
        }
        return () -> {
            for (int e = 0; e < loop; e += period) {
                System.arraycopy(b.array(), b.offset(), bs, e, period);
            }
            all.run();
        };
    }

    private static void apply(
            ArithmeticSpec.Operator operator, float[] a, int aAt, float[] b, int bAt, HostTensor y, int yAt, int n) {
        float[] ys = y.array();
        switch (operator) {
            case ADD -> {
                for (int e = 0; e < n; e++) {
                    ys[yAt + e] = a[aAt + e] + b[bAt + e];
                }
            }
            case SUBTRACT -> {
                for (int e = 0; e < n; e++) {
                    ys[yAt + e] = a[aAt + e] - b[bAt + e];
                }
            }
            case MULTIPLY -> {
                for (int e = 0; e < n; e++) {
                    ys[yAt + e] = a[aAt + e] * b[bAt + e];
                }
            }
            case DIVIDE -> {
                for (int e = 0; e < n; e++) {
                    ys[yAt + e] = a[aAt + e] / b[bAt + e];
                }
            }
            case MINIMUM -> {
                for (int e = 0; e < n; e++) {
                    ys[yAt + e] = b[bAt + e] < a[aAt + e] ? b[bAt + e] : a[aAt + e];
                }
            }
            case MAXIMUM -> {
                for (int e = 0; e < n; e++) {
                    ys[yAt + e] = b[bAt + e] > a[aAt + e] ? b[bAt + e] : a[aAt + e];
                }
            }
        }
    }
}
