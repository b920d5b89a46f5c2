package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.SoftmaxSpec;

/**
 * Softmax at a temperature, alone or fused with cross-entropy and its gradient. A row's rest beyond whole vectors is
 * done under a mask that is made once a call.
 */
final class SimdSoftmax {
    private static final int CHUNK = 1 << 15;

    /** What an element takes, in bytes that could be moved meanwhile. */
    private static final long COST = 64;

    /** Up to this many classes, rows are done side by side. */
    private static final int FEW_CLASSES = 64;

    private final Workers workers;
    private final Scratch[] scratch;

    /** @param scratch one for each worker */
    SimdSoftmax(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    Runnable prepare(SoftmaxSpec spec, HostTensor logits, HostTensor probabilities) {
        int classes = spec.classes();
        int share = rowsOfTask(spec.rows(), classes);
        Rows[] ofWorker = ofWorkers(classes, spec.temperature());
        Workers.Task task = (number, worker) -> {
            int first = number * share;
            int rows = Math.min(share, spec.rows() - first);
            float[] z = logits.array();
            float[] p = probabilities.array();
            int from = logits.offset() + first * classes;
            int to = probabilities.offset() + first * classes;
            int together = classes <= FEW_CLASSES && !spec.log() ? rows / LANES * LANES : 0;
            if (together > 0) {
                float[] columns = scratch[worker].take(Scratch.Use.TILE, classes * LANES);
                rowsSideBySide(z, from, p, to, together, classes, spec.temperature(), columns);
            }
            int done = together * classes;
            if (spec.log()) {
                ofWorker[worker].logarithms(z, from, p, to, rows);
            } else {
                ofWorker[worker].oneByOne(z, from + done, p, to + done, rows - together);
            }
        };
        return workers.prepare(Math.ceilDiv(spec.rows(), share), COST * logits.size(), task);
    }

    /** In as many tasks as CHUNK asks for, all alike: no thread waits for a larger one. */
    private static int rowsOfTask(int rows, int classes) {
        int tasks = Math.ceilDiv(rows, Math.max(1, CHUNK / classes));
        return Math.ceilDiv(Math.ceilDiv(rows, tasks), LANES) * LANES;
    }

    /**
     * Rows of few classes, as many at a time as a vector has lanes, each row in a lane of its own: no lane is idle, and
     * nothing has to be summed across lanes, which costs more than all the exponentials of a short row.
     */
    private static void rowsSideBySide(
            float[] z, int from, float[] p, int to, int rows, int classes, float temperature, float[] columns) {
        int elements = classes * LANES;
        float inverse = 1 / temperature;
        for (int row = 0; row < rows; row += LANES) {
            transpose(z, from + row * classes, classes, columns);
            FloatVector largest = FloatVector.fromArray(SPECIES, columns, 0);
            for (int c = LANES; c < elements; c += LANES) {
                largest = larger(largest, FloatVector.fromArray(SPECIES, columns, c));
            }
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int c = 0; c < elements; c += LANES) {
                FloatVector shifted =
                        FloatVector.fromArray(SPECIES, columns, c).sub(largest).mul(inverse);
                FloatVector power = SimdExp.exp(shifted);
                power.intoArray(columns, c);
                sum = sum.add(power);
            }
            FloatVector share = FloatVector.broadcast(SPECIES, 1).div(sum);
            for (int c = 0; c < elements; c += LANES) {
                FloatVector.fromArray(SPECIES, columns, c).mul(share).intoArray(columns, c);
            }
            transposeBack(columns, classes, p, to + row * classes);
        }
    }

    /**
     * Lane by lane the larger. NaN is passed over, which saves what {@code max} does to find it: its exponential is
     * NaN, and with it the sum of the row.
     */
    private static FloatVector larger(FloatVector most, FloatVector next) {
        return most.blend(next, next.compare(VectorOperators.GT, most));
    }

    /** columns[c][lane] = rows[lane][c]. */
    private static void transpose(float[] rows, int from, int classes, float[] columns) {
        for (int c = 0; c < classes; c++) {
            for (int lane = 0; lane < LANES; lane++) {
                columns[c * LANES + lane] = rows[from + lane * classes + c];
            }
        }
    }

    /** rows[lane][c] = columns[c][lane]. */
    private static void transposeBack(float[] columns, int classes, float[] rows, int to) {
        for (int c = 0; c < classes; c++) {
            for (int lane = 0; lane < LANES; lane++) {
                rows[to + lane * classes + c] = columns[c * LANES + lane];
            }
        }
    }

    Runnable prepare(
            CrossEntropySpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        int share = Math.max(1, CHUNK / spec.classes());
        Rows[] ofWorker = ofWorkers(spec.classes(), spec.temperature());
        Workers.Task task = (number, worker) -> {
            int from = number * share;
            int to = from + Math.min(share, spec.rows() - from);
            for (int i = from; i < to; i++) {
                crossEntropyRow(spec, ofWorker[worker], i, logits, targets, dLogits, outcome);
            }
        };
        return workers.prepare(Math.ceilDiv(spec.rows(), share), 8 * spec.bytes(), task);
    }

    private Rows[] ofWorkers(int classes, float temperature) {
        Rows[] ofWorker = new Rows[scratch.length];
        Arrays.setAll(ofWorker, worker -> new Rows(classes, temperature, scratch[worker]));
        return ofWorker;
    }

    private static void crossEntropyRow(
            CrossEntropySpec spec,
            Rows rows,
            int i,
            HostTensor logits,
            HostTensor targets,
            HostTensor dLogits,
            HostTensor outcome) {
        int classes = spec.classes();
        float[] z = logits.array();
        float[] t = targets.array();
        float[] dZ = dLogits.array();
        int zAt = logits.offset() + i * classes;
        int dAt = dLogits.offset() + i * classes;
        double sum = rows.exponentials(z, zAt, dZ, dAt);
        double logSum = Math.log(sum);
        float temperature = spec.temperature();
        float share = 1 / (temperature * spec.rows());
        int best = SimdElementwise.argmax(z, zAt, classes);
        double loss = 0;
        int target;
        if (spec.targets() == CrossEntropySpec.Targets.HARD) {
            float index = t[targets.offset() + i];
            boolean isClass = index >= 0 && index < classes && index == (int) index;
            target = isClass ? (int) index : 0;
            rows.scale(dZ, dAt, (float) ((isClass ? share : 0) / sum));
            if (isClass) {
                loss = logSum - (z[zAt + target] - rows.largest()) / (double) temperature;
                dZ[dAt + target] -= share;
            }
        } else {
            int tAt = targets.offset() + i * classes;
            target = SimdElementwise.argmax(t, tAt, classes);
            double mass = 0;
            for (int c = 0; c < classes; c++) {
                mass += t[tAt + c];
                if (t[tAt + c] != 0) {
                    loss += t[tAt + c] * (logSum - (z[zAt + c] - rows.largest()) / (double) temperature);
                }
            }
            float scale = (float) (mass / sum);
            for (int c = 0; c < classes; c++) {
                dZ[dAt + c] = (dZ[dAt + c] * scale - t[tAt + c]) * share;
            }
        }
        outcome.array()[outcome.offset() + 2 * i] = (float) loss;
        outcome.array()[outcome.offset() + 2 * i + 1] = best == target ? 1 : 0;
    }

    /**
     * Exponentials of rows of one length at one temperature. Between its methods go arrays and numbers, no vectors: C2
     * inlines just so much, and where a vector is handed to a method that it did not inline it becomes an object.
     */
    private static final class Rows {
        private final int classes;
        private final float temperature;
        private final int whole;
        private final float inverse;
        /** Null for few classes, which need none: uncompiled, making it would cost more than such a row. */
        private final VectorMask<Float> rest;

        /** The lanes' sums, then the logits and exponentials beyond whole vectors. */
        private final float[] padded;

        private float largest;

        Rows(int classes, float temperature, Scratch scratch) {
            this.classes = classes;
            this.temperature = temperature;
            this.whole = classes / LANES * LANES;
            this.inverse = 1 / temperature;
            this.padded = scratch.take(Scratch.Use.ROWS, 3 * LANES);
            this.rest = classes <= SimdElementwise.FEW ? null : SPECIES.indexInRange(whole, classes);
        }

        /** The softmax of some rows: two passes over a row of z, and one over p while it is still in cache. */
        void oneByOne(float[] z, int from, float[] p, int to, int rows) {
            for (int row = 0; row < rows * classes; row += classes) {
                double sum = exponentials(z, from + row, p, to + row);
                scale(p, to + row, (float) (1 / sum));
            }
        }

        /** The logarithm of the softmax of some rows; p holds the exponentials first. */
        void logarithms(float[] z, int from, float[] p, int to, int rows) {
            for (int row = 0; row < rows * classes; row += classes) {
                float logSum = (float) Math.log(exponentials(z, from + row, p, to + row));
                for (int c = row; c < row + classes; c++) {
                    p[to + c] = (z[from + c] - largest) * inverse - logSum;
                }
            }
        }

        /** The largest logit of the last row. */
        float largest() {
            return largest;
        }

        /** Writes exp((z - max z) / T) to {@code e[at..]} and returns the sum. */
        double exponentials(float[] z, int from, float[] e, int at) {
            if (classes <= SimdElementwise.FEW) {
                return fewExponentials(z, from, e, at);
            }
            largest = largest(z, from);
            Arrays.fill(padded, 0, LANES, 0);
            vectors(z, from, e, at, whole);
            if (whole < classes) {
                int count = classes - whole;
                System.arraycopy(z, from + whole, padded, LANES, count);
                Arrays.fill(padded, LANES + count, 2 * LANES, Float.NEGATIVE_INFINITY);
                vectors(padded, LANES, padded, 2 * LANES, LANES);
                System.arraycopy(padded, 2 * LANES, e, at + whole, count);
            }
            return sum();
        }

        /**
         * {@link #exponentials} of whole vectors, which it adds to the lanes' sums. The only one to call
         * {@link SimdExp}: of two calls in a method C2 inlines but one, and what it does not inline makes objects.
         */
        private void vectors(float[] z, int from, float[] e, int at, int count) {
            FloatVector sums = FloatVector.fromArray(SPECIES, padded, 0);
            for (int c = 0; c < count; c += LANES) {
                FloatVector x =
                        FloatVector.fromArray(SPECIES, z, from + c).sub(largest).mul(inverse);
                FloatVector power = SimdExp.exp(x);
                power.intoArray(e, at + c);
                sums = sums.add(power);
            }
            sums.intoArray(padded, 0);
        }

        /** Of all lanes' sums. */
        private float sum() {
            return SimdSpecies.sumToAll(FloatVector.fromArray(SPECIES, padded, 0))
                    .lane(0);
        }

        /** {@link #exponentials} of a few classes, one after another. */
        private double fewExponentials(float[] z, int from, float[] e, int at) {
            largest = z[from];
            for (int c = 1; c < classes; c++) {
                largest = Math.max(largest, z[from + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double power = Math.exp(((double) z[from + c] - largest) / temperature);
                e[at + c] = (float) power;
                sum += power;
            }
            return sum;
        }

        /** Four at a time, which do not wait for each other. */
        private float largest(float[] z, int from) {
            FloatVector lowest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            FloatVector most0 = lowest;
            FloatVector most1 = lowest;
            FloatVector most2 = lowest;
            FloatVector most3 = lowest;
            int c = 0;
            for (; c + 4 * LANES <= whole; c += 4 * LANES) {
                most0 = larger(most0, FloatVector.fromArray(SPECIES, z, from + c));
                most1 = larger(most1, FloatVector.fromArray(SPECIES, z, from + c + LANES));
                most2 = larger(most2, FloatVector.fromArray(SPECIES, z, from + c + 2 * LANES));
                most3 = larger(most3, FloatVector.fromArray(SPECIES, z, from + c + 3 * LANES));
            }
            for (; c < whole; c += LANES) {
                most0 = larger(most0, FloatVector.fromArray(SPECIES, z, from + c));
            }
            if (whole < classes) {
                most1 = larger(most1, lowest.blend(FloatVector.fromArray(SPECIES, z, from + whole, rest), rest));
            }
            FloatVector most = larger(larger(most0, most1), larger(most2, most3));
            return SimdSpecies.largestToAll(most).lane(0);
        }

        void scale(float[] x, int at, float factor) {
            if (classes <= SimdElementwise.FEW) {
                SimdElementwise.scale(x, at, classes, factor);
                return;
            }
            for (int c = 0; c < whole; c += LANES) {
                FloatVector.fromArray(SPECIES, x, at + c).mul(factor).intoArray(x, at + c);
            }
            if (whole < classes) {
                FloatVector.fromArray(SPECIES, x, at + whole, rest).mul(factor).intoArray(x, at + whole, rest);
            }
        }
    }
}
