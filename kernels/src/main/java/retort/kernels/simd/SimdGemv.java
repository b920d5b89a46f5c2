package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.GemmSpec;

/**
 * One row times a matrix, y = alpha x op(B) + beta y: bound by the time to read B once. B is read as few long streams,
 * which the hardware prefetches: row after row, each thread some rows of its own and a y of its own; panel by panel
 * where B is packed; as four dot products side by side where it is stored transposed.
 *
 * <p>How rows are shared out does not depend on the thread count, and the shares' sums are added in order.
 */
final class SimdGemv {
    /**
     * Rows of B in one pass over y: more would save little of y's traffic, and are more streams than one core follows.
     */
    private static final int ROWS = 4;

    /** Panels of a packed B side by side: as many sums as hide the latency of a multiply-add. */
    private static final int PANELS = 4;

    /** Chunks of columns a thread, so that all end at about the same time. */
    private static final int TASKS_OF_THREAD = 8;

    /** Bytes of B in a share, and the most shares of one product. */
    private static final int SPLIT_BYTES = 1 << 20;

    private static final int MOST_SPLITS = 16;

    private final Workers workers;
    private final Scratch[] scratch;

    /** @param scratch one for each worker */
    SimdGemv(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    Runnable prepare(GemmSpec spec, HostTensor x, HostTensor b, HostTensor y, SimdEpilogue epilogue) {
        boolean weights = spec.typeB() != ElementType.FLOAT32;
        float[] scaled = new float[weights ? Math.ceilDiv(spec.k(), 2) * 2 : spec.k()];
        Runnable multiply = weights ? byWeights(spec, scaled, b, y, epilogue) : multiply(spec, scaled, b, y, epilogue);
        return () -> {
            for (int p = 0; p < spec.k(); p++) {
                scaled[p] = spec.alpha() * x.array()[x.offset() + p];
            }
            multiply.run();
        };
    }

    private Runnable byWeights(GemmSpec spec, float[] x, HostTensor b, HostTensor y, SimdEpilogue epilogue) {
        SimdWeights weights = new SimdWeights(b);
        int step = SimdWeights.PANELS * NR;
        return inChunks(spec, step, (from, to, worker) -> {
            begin(spec, y, from, to);
            float[] sums = scratch[worker].take(Scratch.Use.TILE, step);
            weights.multiply(x, y.array(), y.offset(), from, to, sums);
            epilogue.apply(0, 1, from, to - from);
        });
    }

    private Runnable multiply(GemmSpec spec, float[] x, HostTensor b, HostTensor y, SimdEpilogue epilogue) {
        if (spec.transB()) {
            return inChunks(spec, LANES, (from, to, worker) -> {
                begin(spec, y, from, to);
                dots(x, b.array(), b.offset(), y.array(), y.offset(), from, to);
                epilogue.apply(0, 1, from, to - from);
            });
        }
        if (spec.packedB()) {
            return inChunks(spec, PANELS * NR, (from, to, worker) -> {
                begin(spec, y, from, to);
                float[] sums = scratch[worker].take(Scratch.Use.TILE, PANELS * NR);
                panels(x, b.array(), b.offset(), y.array(), y.offset(), from, to, sums);
                epilogue.apply(0, 1, from, to - from);
            });
        }
        Runnable product = splitK(spec, x, b, y);
        return () -> {
            product.run();
            epilogue.apply(0, 1, 0, spec.n());
        };
    }

    /** Some columns of the result. */
    private interface Columns {
        void run(int from, int to, int worker);
    }

    /** Every column of the result, some multiple of {@code step} at a time. */
    private Runnable inChunks(GemmSpec spec, int step, Columns columns) {
        int share = Math.ceilDiv(spec.n(), TASKS_OF_THREAD * workers.count());
        int chunk = Math.ceilDiv(share, step) * step;
        int tasks = Math.ceilDiv(spec.n(), chunk);
        long bytes = spec.bytes();
        Workers.Task task = (number, worker) -> {
            int from = number * chunk;
            columns.run(from, from + Math.min(chunk, spec.n() - from), worker);
        };
        return workers.prepare(tasks, bytes, task);
    }

    /** Read and written at least, the bias aside: how k is split depends on it, and so do the bits of a result. */
    private static long bytes(GemmSpec spec) {
        long rows = 1 + (spec.beta() == 0 ? 0 : 1) + (spec.epilogue().gate() ? 1 : 0);
        return Float.BYTES * (spec.k() * (spec.n() + 1L) + rows * spec.n());
    }

    private static void begin(GemmSpec spec, HostTensor y, int from, int to) {
        for (int j = y.offset() + from; j < y.offset() + to; j++) {
            y.array()[j] = spec.beta() == 0 ? 0 : spec.beta() * y.array()[j];
        }
    }

    /** y = x B + beta y: each share sums some rows of B, and y gathers the shares. */
    private Runnable splitK(GemmSpec spec, float[] x, HostTensor b, HostTensor y) {
        int n = spec.n();
        int shares = Math.clamp(bytes(spec) / SPLIT_BYTES, 1, Math.min(MOST_SPLITS, x.length));
        int share = Math.ceilDiv(x.length, shares);
        float[] sums = new float[shares * n];
        Workers.Task task = (number, worker) -> {
            int from = Math.min(x.length, number * share);
            int to = Math.min(x.length, from + share);
            Arrays.fill(sums, number * n, (number + 1) * n, 0);
            rows(x, from, to, b.array(), b.offset(), n, sums, number * n);
        };
        return () -> {
            workers.forEach(shares, bytes(spec), task);
            begin(spec, y, 0, n);
            for (int at = 0; at < sums.length; at += n) {
                for (int j = 0; j < n; j++) {
                    y.array()[y.offset() + j] += sums[at + j];
                }
            }
        };
    }

    /** y[yAt .. yAt + n) += x B over rows from .. to of B, some rows a pass. */
    private static void rows(float[] x, int from, int to, float[] b, int bAt, int n, float[] y, int yAt) {
        int whole = n / LANES * LANES;
        int p = from;
        for (; p + ROWS <= to; p += ROWS) {
            int row = bAt + p * n;
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[p]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[p + 1]);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[p + 2]);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[p + 3]);
            for (int j = 0; j < whole; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + j);
                sum = x0.fma(FloatVector.fromArray(SPECIES, b, row + j), sum);
                sum = x1.fma(FloatVector.fromArray(SPECIES, b, row + n + j), sum);
                sum = x2.fma(FloatVector.fromArray(SPECIES, b, row + 2 * n + j), sum);
                sum = x3.fma(FloatVector.fromArray(SPECIES, b, row + 3 * n + j), sum);
                sum.intoArray(y, yAt + j);
            }
            for (int q = p; q < p + ROWS; q++) {
                addRow(x[q], b, bAt + q * n, y, yAt, whole, n);
            }
        }
        for (; p < to; p++) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            for (int j = 0; j < whole; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + j);
                xp.fma(FloatVector.fromArray(SPECIES, b, bAt + p * n + j), sum).intoArray(y, yAt + j);
            }
            addRow(x[p], b, bAt + p * n, y, yAt, whole, n);
        }
    }

    private static void addRow(float x, float[] b, int row, float[] y, int yAt, int from, int to) {
        for (int j = from; j < to; j++) {
            y[yAt + j] = Math.fma(x, b[row + j], y[yAt + j]);
        }
    }

    /** y[from..to) += x B for B in panels; {@code from} begins one. */
    private static void panels(float[] x, float[] b, int bAt, float[] y, int yAt, int from, int to, float[] sums) {
        for (int column = from; column < to; column += PANELS * NR) {
            int count = Math.min(PANELS, Math.ceilDiv(to - column, NR));
            if (count == PANELS) {
                fourPanels(x, b, bAt + column * x.length, sums);
            } else {
                for (int panel = 0; panel < count; panel++) {
                    onePanel(x, b, bAt + (column + panel * NR) * x.length, sums, panel * NR);
                }
            }
            for (int j = column; j < Math.min(to, column + count * NR); j++) {
                y[yAt + j] += sums[j - column];
            }
        }
    }

    private static void fourPanels(float[] x, float[] b, int at, float[] sums) {
        int step = x.length * NR;
        FloatVector s0l = FloatVector.zero(SPECIES), s0r = s0l;
        FloatVector s1l = s0l, s1r = s0l, s2l = s0l, s2r = s0l, s3l = s0l, s3r = s0l;
        for (int p = 0, row = at; p < x.length; p++, row += NR) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            s0l = xp.fma(FloatVector.fromArray(SPECIES, b, row), s0l);
            s0r = xp.fma(FloatVector.fromArray(SPECIES, b, row + LANES), s0r);
            s1l = xp.fma(FloatVector.fromArray(SPECIES, b, row + step), s1l);
            s1r = xp.fma(FloatVector.fromArray(SPECIES, b, row + step + LANES), s1r);
            s2l = xp.fma(FloatVector.fromArray(SPECIES, b, row + 2 * step), s2l);
            s2r = xp.fma(FloatVector.fromArray(SPECIES, b, row + 2 * step + LANES), s2r);
            s3l = xp.fma(FloatVector.fromArray(SPECIES, b, row + 3 * step), s3l);
            s3r = xp.fma(FloatVector.fromArray(SPECIES, b, row + 3 * step + LANES), s3r);
        }
        s0l.intoArray(sums, 0);
        s0r.intoArray(sums, LANES);
        s1l.intoArray(sums, NR);
        s1r.intoArray(sums, NR + LANES);
        s2l.intoArray(sums, 2 * NR);
        s2r.intoArray(sums, 2 * NR + LANES);
        s3l.intoArray(sums, 3 * NR);
        s3r.intoArray(sums, 3 * NR + LANES);
    }

    private static void onePanel(float[] x, float[] b, int at, float[] sums, int to) {
        FloatVector left = FloatVector.zero(SPECIES);
        FloatVector right = left;
        for (int p = 0, row = at; p < x.length; p++, row += NR) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            left = xp.fma(FloatVector.fromArray(SPECIES, b, row), left);
            right = xp.fma(FloatVector.fromArray(SPECIES, b, row + LANES), right);
        }
        left.intoArray(sums, to);
        right.intoArray(sums, to + LANES);
    }

    /** y[from..to) += x B' for B stored n x k, four rows of B at a time with two sums each. */
    private static void dots(float[] x, float[] b, int bAt, float[] y, int yAt, int from, int to) {
        int j = from;
        for (; j + 4 <= to; j += 4) {
            dots4(x, b, bAt + j * x.length, y, yAt + j);
        }
        for (; j < to; j++) {
            y[yAt + j] += dot(x, b, bAt + j * x.length);
        }
    }

    private static void dots4(float[] x, float[] b, int row, float[] y, int at) {
        int k = x.length;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int p = 0;
        for (; p + LANES <= k; p += LANES) {
            FloatVector xs = FloatVector.fromArray(SPECIES, x, p);
            s0 = xs.fma(FloatVector.fromArray(SPECIES, b, row + p), s0);
            s1 = xs.fma(FloatVector.fromArray(SPECIES, b, row + k + p), s1);
            s2 = xs.fma(FloatVector.fromArray(SPECIES, b, row + 2 * k + p), s2);
            s3 = xs.fma(FloatVector.fromArray(SPECIES, b, row + 3 * k + p), s3);
        }
        y[at] += SimdSpecies.sumToAll(s0).lane(0) + tail(x, b, row, p);
        y[at + 1] += SimdSpecies.sumToAll(s1).lane(0) + tail(x, b, row + k, p);
        y[at + 2] += SimdSpecies.sumToAll(s2).lane(0) + tail(x, b, row + 2 * k, p);
        y[at + 3] += SimdSpecies.sumToAll(s3).lane(0) + tail(x, b, row + 3 * k, p);
    }

    private static float dot(float[] x, float[] b, int row) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int p = 0;
        for (; p + LANES <= x.length; p += LANES) {
            sum = FloatVector.fromArray(SPECIES, x, p).fma(FloatVector.fromArray(SPECIES, b, row + p), sum);
        }
        return SimdSpecies.sumToAll(sum).lane(0) + tail(x, b, row, p);
    }

    private static float tail(float[] x, float[] b, int row, int p) {
        float sum = 0;
        for (int q = p; q < x.length; q++) {
            sum = Math.fma(x[q], b[row + q], sum);
        }
        return sum;
    }
}
