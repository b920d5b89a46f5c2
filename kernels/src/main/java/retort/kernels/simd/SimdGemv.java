package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import retort.kernels.GemmSpec;
import retort.kernels.host.HostTensor;

/**
 * One row times a matrix, y = alpha x op(B) + beta y: bound by the time to read B once. Eight rows of B are read in each pass
 * over y, so that y costs little; a B stored transposed is read as four dot products side by side.
 */
final class SimdGemv {
    private static final int AT_ONCE = 8;

    private final Workers workers;

    SimdGemv(Workers workers) {
        this.workers = workers;
    }

    void run(GemmSpec spec, HostTensor x, HostTensor b, HostTensor y, SimdEpilogue epilogue) {
        int n = spec.n();
        float[] scaled = new float[spec.k()];
        for (int p = 0; p < scaled.length; p++) {
            scaled[p] = spec.alpha() * x.array()[x.offset() + p];
        }
        int share = Math.ceilDiv(n, 2 * workers.count());
        int chunk = Math.ceilDiv(share, LANES) * LANES;
        workers.forEach(Math.ceilDiv(n, chunk), spec.bytes(), (number, worker) -> {
            int from = number * chunk;
            int to = Math.min(n, from + chunk);
            begin(spec, y, from, to);
            if (spec.transB()) {
                dots(scaled, b.array(), b.offset(), y.array(), y.offset(), from, to);
            } else {
                rows(scaled, b.array(), b.offset(), n, y.array(), y.offset(), from, to);
            }
            epilogue.apply(0, 1, from, to - from);
        });
    }

    private static void begin(GemmSpec spec, HostTensor y, int from, int to) {
        for (int j = y.offset() + from; j < y.offset() + to; j++) {
            y.array()[j] = spec.beta() == 0 ? 0 : spec.beta() * y.array()[j];
        }
    }

    /** y[from..to) += x B, eight rows of B a pass. */
    private static void rows(float[] x, float[] b, int bAt, int n, float[] y, int yAt, int from, int to) {
        int whole = from + (to - from) / LANES * LANES;
        int p = 0;
        for (; p + AT_ONCE <= x.length; p += AT_ONCE) {
            int row = bAt + p * n;
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[p]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[p + 1]);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[p + 2]);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[p + 3]);
            FloatVector x4 = FloatVector.broadcast(SPECIES, x[p + 4]);
            FloatVector x5 = FloatVector.broadcast(SPECIES, x[p + 5]);
            FloatVector x6 = FloatVector.broadcast(SPECIES, x[p + 6]);
            FloatVector x7 = FloatVector.broadcast(SPECIES, x[p + 7]);
            for (int j = from; j < whole; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + j);
                sum = x0.fma(FloatVector.fromArray(SPECIES, b, row + j), sum);
                sum = x1.fma(FloatVector.fromArray(SPECIES, b, row + n + j), sum);
                sum = x2.fma(FloatVector.fromArray(SPECIES, b, row + 2 * n + j), sum);
                sum = x3.fma(FloatVector.fromArray(SPECIES, b, row + 3 * n + j), sum);
                sum = x4.fma(FloatVector.fromArray(SPECIES, b, row + 4 * n + j), sum);
                sum = x5.fma(FloatVector.fromArray(SPECIES, b, row + 5 * n + j), sum);
                sum = x6.fma(FloatVector.fromArray(SPECIES, b, row + 6 * n + j), sum);
                sum = x7.fma(FloatVector.fromArray(SPECIES, b, row + 7 * n + j), sum);
                sum.intoArray(y, yAt + j);
            }
            for (int q = p; q < p + AT_ONCE; q++) {
                addRow(x[q], b, bAt + q * n, y, yAt, whole, to);
            }
        }
        for (; p < x.length; p++) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            for (int j = from; j < whole; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + j);
                xp.fma(FloatVector.fromArray(SPECIES, b, bAt + p * n + j), sum).intoArray(y, yAt + j);
            }
            addRow(x[p], b, bAt + p * n, y, yAt, whole, to);
        }
    }

    private static void addRow(float x, float[] b, int row, float[] y, int yAt, int from, int to) {
        for (int j = from; j < to; j++) {
            y[yAt + j] = Math.fma(x, b[row + j], y[yAt + j]);
        }
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
