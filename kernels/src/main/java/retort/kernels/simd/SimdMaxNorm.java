package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.MaxNormSpec;

/**
 * Cuts columns that are too long, a panel's columns at a time: one pass for their norms, and a second only if one is
 * over the limit. A packed matrix is read from end to end; in a row-major one a panel is a strip. See
 * {@link MaxNormSpec}.
 */
final class SimdMaxNorm {
    private final Workers workers;

    SimdMaxNorm(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(MaxNormSpec spec, HostTensor w) {
        float[][] factors = new float[workers.count()][NR];
        Workers.Task task = (number, worker) -> {
            int column = number * NR;
            if (w.isPacked()) {
                limit(spec, w.array(), w.offset() + column * spec.inputs(), NR, NR, factors[worker]);
            } else {
                int width = Math.min(NR, spec.units() - column);
                limit(spec, w.array(), w.offset() + column, spec.units(), width, factors[worker]);
            }
        };
        return workers.prepare(Math.ceilDiv(spec.units(), NR), spec.bytes(), task);
    }

    /** {@code width} columns side by side from {@code w[at]} on, their rows {@code step} elements apart. */
    private static void limit(MaxNormSpec spec, float[] w, int at, int step, int width, float[] factors) {
        int end = at + spec.inputs() * step;
        Arrays.fill(factors, 0);
        if (width == NR) {
            squares(w, at, step, end, factors);
        } else {
            squaresOfFew(w, at, step, end, width, factors);
        }
        boolean over = false;
        for (int j = 0; j < width; j++) {
            factors[j] = spec.factor(factors[j]);
            over |= factors[j] != 1;
        }
        if (over && width == NR) {
            scale(w, at, step, end, factors);
        } else if (over) {
            scaleFew(w, at, step, end, width, factors);
        }
    }

    private static void squares(float[] w, int at, int step, int end, float[] sums) {
        FloatVector left = FloatVector.zero(SPECIES);
        FloatVector right = FloatVector.zero(SPECIES);
        for (int row = at; row < end; row += step) {
            FloatVector x = FloatVector.fromArray(SPECIES, w, row);
            FloatVector y = FloatVector.fromArray(SPECIES, w, row + LANES);
            left = x.mul(x).add(left);
            right = y.mul(y).add(right);
        }
        left.intoArray(sums, 0);
        right.intoArray(sums, LANES);
    }

    /** {@link #squares} of the last columns of a row-major matrix, which are less than a panel; the same bits. */
    private static void squaresOfFew(float[] w, int at, int step, int end, int width, float[] sums) {
        for (int row = at; row < end; row += step) {
            for (int j = 0; j < width; j++) {
                sums[j] += w[row + j] * w[row + j];
            }
        }
    }

    private static void scale(float[] w, int at, int step, int end, float[] factors) {
        FloatVector left = FloatVector.fromArray(SPECIES, factors, 0);
        FloatVector right = FloatVector.fromArray(SPECIES, factors, LANES);
        for (int row = at; row < end; row += step) {
            FloatVector.fromArray(SPECIES, w, row).mul(left).intoArray(w, row);
            FloatVector.fromArray(SPECIES, w, row + LANES).mul(right).intoArray(w, row + LANES);
        }
    }

    private static void scaleFew(float[] w, int at, int step, int end, int width, float[] factors) {
        for (int row = at; row < end; row += step) {
            for (int j = 0; j < width; j++) {
                w[row + j] *= factors[j];
            }
        }
    }
}
