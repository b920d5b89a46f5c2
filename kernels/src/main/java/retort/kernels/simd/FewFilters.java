package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.Epilogue;

/**
 * A convolution of one channel with fewer filters than a vector has lanes, forward: vectors hold elements of a row of
 * the result, filters of pixels side by side, and meet {@link RepeatedRows} of the image. An element of the kernel is a
 * vector that repeats what the filters have there, long enough to be read from whichever filter an element of the
 * result is of.
 */
final class FewFilters {
    /** Vectors of the result that are summed at once. */
    private static final int VECTORS = 2;

    /** Elements of the rows under a task's output: they stay in the second-level cache. */
    private static final int ROWS_BLOCK = 1 << 15;

    private final Conv2dSpec spec;
    private final RepeatedRows rows;
    private final int[] taps;
    private final HostTensor x;
    private final HostTensor y;
    private final HostTensor bias;
    private final boolean relu;
    private final SimdEpilogue epilogue;

    /** Elements of a row of the result. */
    private final int length;

    /** Elements that repeat an element of the kernel. */
    private final int period;

    private final int blockRows;

    FewFilters(Conv2dSpec spec, HostTensor x, HostTensor y, Fused<HostTensor> fused) {
        this.spec = spec;
        this.x = x;
        this.y = y;
        rows = new RepeatedRows(spec);
        taps = new int[spec.kernelHeight() * spec.kernelWidth()];
        Arrays.setAll(taps, tap -> tap / spec.kernelWidth() * rows.step() + tap % spec.kernelWidth() * spec.filters());
        length = spec.outWidth() * spec.filters();
        period = spec.filters() + VECTORS * LANES;
        blockRows = Math.clamp(ROWS_BLOCK / rows.step(), 1, spec.outHeight());
        Epilogue all = spec.epilogue();
        bias = all.bias() ? fused.bias() : null;
        epilogue = new SimdEpilogue(new Epilogue(false, false, all.dropout(), all.gate()), fused, y, length);
        relu = all.relu();
    }

    Runnable prepare(HostTensor filter, Workers workers, Scratch shared, Scratch[] scratch) {
        int blocks = Math.ceilDiv(spec.outHeight(), blockRows);
        Workers.Task task = (number, worker) -> {
            int first = number % blocks * blockRows;
            int end = Math.min(first + blockRows, spec.outHeight());
            run(number / blocks, first, end, takeRepeated(shared), scratch[worker]);
        };
        long flops = spec.flops();
        return () -> {
            repeat(filter, takeRepeated(shared));
            workers.forEach(spec.batch() * blocks, flops, task);
        };
    }

    /** For the filter, and the bias before it: once it was taken, every thread gets the same array. */
    private float[] takeRepeated(Scratch shared) {
        return shared.take(Scratch.Use.RIGHT, (1L + taps.length) * period);
    }

    private void repeat(HostTensor filter, float[] to) {
        if (bias == null) {
            Arrays.fill(to, 0, period, 0);
        } else {
            repeat(bias.array(), bias.offset(), to, 0);
        }
        for (int element = 0; element < taps.length; element++) {
            repeat(filter.array(), filter.offset() + element * spec.filters(), to, (1 + element) * period);
        }
    }

    private void repeat(float[] from, int at, float[] to, int toAt) {
        System.arraycopy(from, at, to, toAt, spec.filters());
        for (int done = spec.filters(); done < period; done *= 2) {
            System.arraycopy(to, toAt, to, toAt + done, Math.min(done, period - done));
        }
    }

    /** Output rows {@code first .. end} of an image. */
    private void run(int image, int first, int end, float[] repeated, Scratch scratch) {
        int top = Math.max(0, first - spec.padding());
        int bottom = Math.min(spec.height(), end - 1 - spec.padding() + spec.kernelHeight());
        float[] under = rows.take(x, image, top, Math.max(top, bottom), scratch);
        for (int i = first, count; i < end; i += count) {
            int above = i - spec.padding();
            int from = Math.max(0, -above);
            int runs = Math.max(0, Math.min(spec.kernelHeight(), spec.height() - above) - from);
            boolean four = i + 4 <= end && above >= 0 && above + 3 + spec.kernelHeight() <= spec.height();
            count = four ? 4 : 1;
            int row = image * spec.outHeight() + i;
            int xAt = (above - top) * rows.step();
            int firstTap = from * spec.kernelWidth();
            int endTap = (from + runs) * spec.kernelWidth();
            for (int e = 0; e < length; e += VECTORS * LANES) {
                int at = Math.min(e, length - VECTORS * LANES);
                int f = at % spec.filters();
                int yAt = y.offset() + row * length + at;
                if (four) {
                    fourRows(under, xAt + at, repeated, f, firstTap, endTap, yAt);
                } else {
                    oneRow(under, xAt + at, repeated, f, firstTap, endTap, yAt);
                }
            }
            epilogue.apply(row, count, 0, length);
        }
    }

    /** Two vectors of four rows of the result, which meet the same rows of the kernel. */
    private void fourRows(float[] under, int xAt, float[] f, int fAt, int firstTap, int endTap, int yAt) {
        FloatVector left0 = FloatVector.fromArray(SPECIES, f, fAt);
        FloatVector right0 = FloatVector.fromArray(SPECIES, f, fAt + LANES);
        FloatVector left1 = left0;
        FloatVector right1 = right0;
        FloatVector left2 = left0;
        FloatVector right2 = right0;
        FloatVector left3 = left0;
        FloatVector right3 = right0;
        int next = rows.step();
        int element = fAt + (1 + firstTap) * period;
        for (int tap = firstTap; tap < endTap; tap++) {
            FloatVector left = FloatVector.fromArray(SPECIES, f, element);
            FloatVector right = FloatVector.fromArray(SPECIES, f, element + LANES);
            int at = xAt + taps[tap];
            left0 = FloatVector.fromArray(SPECIES, under, at).fma(left, left0);
            right0 = FloatVector.fromArray(SPECIES, under, at + LANES).fma(right, right0);
            at += next;
            left1 = FloatVector.fromArray(SPECIES, under, at).fma(left, left1);
            right1 = FloatVector.fromArray(SPECIES, under, at + LANES).fma(right, right1);
            at += next;
            left2 = FloatVector.fromArray(SPECIES, under, at).fma(left, left2);
            right2 = FloatVector.fromArray(SPECIES, under, at + LANES).fma(right, right2);
            at += next;
            left3 = FloatVector.fromArray(SPECIES, under, at).fma(left, left3);
            right3 = FloatVector.fromArray(SPECIES, under, at + LANES).fma(right, right3);
            element += period;
        }
        store(left0, right0, yAt);
        store(left1, right1, yAt + length);
        store(left2, right2, yAt + 2 * length);
        store(left3, right3, yAt + 3 * length);
    }

    /** Two vectors of a row of the result. */
    private void oneRow(float[] under, int xAt, float[] f, int fAt, int firstTap, int endTap, int yAt) {
        FloatVector left = FloatVector.fromArray(SPECIES, f, fAt);
        FloatVector right = FloatVector.fromArray(SPECIES, f, fAt + LANES);
        int element = fAt + (1 + firstTap) * period;
        for (int tap = firstTap; tap < endTap; tap++) {
            int at = xAt + taps[tap];
            left = FloatVector.fromArray(SPECIES, under, at).fma(FloatVector.fromArray(SPECIES, f, element), left);
            right = FloatVector.fromArray(SPECIES, under, at + LANES)
                    .fma(FloatVector.fromArray(SPECIES, f, element + LANES), right);
            element += period;
        }
        store(left, right, yAt);
    }

    private void store(FloatVector left, FloatVector right, int at) {
        if (relu) {
            left.max(0).intoArray(y.array(), at);
            right.max(0).intoArray(y.array(), at + LANES);
        } else {
            left.intoArray(y.array(), at);
            right.intoArray(y.array(), at + LANES);
        }
    }
}
