package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.WeightPanels;
import retort.kernels.op.ElementType;

/** A packed matrix of weights of fewer bits, which are widened in registers. */
final class SimdWeights {
    /**
     * Panels side by side in a product of one row. Twice as many are no faster, and of int8 more than C2 inlines: ten
     * times slower.
     */
    static final int PANELS = 2;

    private static final int UPPER_HALF = 0xFFFF0000;

    private final float[] words;
    private final int at;
    private final int panelWords;
    private final int scales;
    private final boolean int8;

    SimdWeights(HostTensor b) {
        WeightPanels panels = b.weights();
        words = b.array();
        at = b.offset();
        panelWords = panels.panelWords();
        scales = b.offset() + panels.scales();
        int8 = panels.type() == ElementType.INT8;
    }

    /** y[from .. to) += x B; {@code from} begins a panel. x has an even number of elements, 0 beyond B's rows. */
    void multiply(float[] x, float[] y, int yAt, int from, int to, float[] sums) {
        for (int column = from; column < to; column += PANELS * NR) {
            int first = at + column / NR * panelWords;
            // Without a second panel, the first one twice.
            int second = column + NR < to ? first + panelWords : first;
            if (int8) {
                int8(x, panelWords / LANES, words, first, second, sums);
            } else {
                bf16(x, panelWords / LANES, words, first, second, sums);
            }
            for (int j = column; j < Math.min(to, column + PANELS * NR); j++) {
                y[yAt + j] += int8 ? words[scales + j] * sums[j - column] : sums[j - column];
            }
        }
    }

    private static void bf16(float[] x, int rows, float[] b, int first, int second, float[] sums) {
        FloatVector s0l = FloatVector.zero(SPECIES), s0r = s0l, s1l = s0l, s1r = s0l;
        for (int p = 0, row = 0; p < rows; p++, row += LANES) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            IntVector w0 = load(b, first + row);
            IntVector w1 = load(b, second + row);
            s0l = xp.fma(lowerBf16(w0), s0l);
            s0r = xp.fma(upperBf16(w0), s0r);
            s1l = xp.fma(lowerBf16(w1), s1l);
            s1r = xp.fma(upperBf16(w1), s1r);
        }
        s0l.intoArray(sums, 0);
        s0r.intoArray(sums, LANES);
        s1l.intoArray(sums, NR);
        s1r.intoArray(sums, NR + LANES);
    }

    private static void int8(float[] x, int pairs, float[] b, int first, int second, float[] sums) {
        FloatVector s0l = FloatVector.zero(SPECIES), s0r = s0l, s1l = s0l, s1r = s0l;
        for (int p = 0, row = 0; p < 2 * pairs; p += 2, row += LANES) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            FloatVector xq = FloatVector.broadcast(SPECIES, x[p + 1]);
            IntVector w0 = load(b, first + row);
            IntVector w1 = load(b, second + row);
            s0l = xp.fma(int8(w0, 24), s0l);
            s0r = xp.fma(int8(w0, 16), s0r);
            s0l = xq.fma(int8(w0, 8), s0l);
            s0r = xq.fma(int8(w0, 0), s0r);
            s1l = xp.fma(int8(w1, 24), s1l);
            s1r = xp.fma(int8(w1, 16), s1r);
            s1l = xq.fma(int8(w1, 8), s1l);
            s1r = xq.fma(int8(w1, 0), s1r);
        }
        s0l.intoArray(sums, 0);
        s0r.intoArray(sums, LANES);
        s1l.intoArray(sums, NR);
        s1r.intoArray(sums, NR + LANES);
    }

    /** Widens rows p .. p + rows of a panel, times {@code scale}, to {@code to[target..]}. */
    void widen(int panel, int p, int rows, float scale, float[] to, int target) {
        int first = at + panel * panelWords;
        if (int8) {
            FloatVector left =
                    FloatVector.fromArray(SPECIES, words, scales + panel * NR).mul(scale);
            FloatVector right = FloatVector.fromArray(SPECIES, words, scales + panel * NR + LANES)
                    .mul(scale);
            for (int row = p, e = target; row < p + rows; row++, e += NR) {
                IntVector word = load(words, first + row / 2 * LANES);
                int shift = row % 2 * Short.SIZE;
                int8(word, 24 - shift).mul(left).intoArray(to, e);
                int8(word, 16 - shift).mul(right).intoArray(to, e + LANES);
            }
            return;
        }
        for (int row = p, e = target; row < p + rows; row++, e += NR) {
            IntVector word = load(words, first + row * LANES);
            lowerBf16(word).mul(scale).intoArray(to, e);
            upperBf16(word).mul(scale).intoArray(to, e + LANES);
        }
    }

    private static IntVector load(float[] words, int at) {
        return FloatVector.fromArray(SPECIES, words, at).reinterpretAsInts();
    }

    private static FloatVector lowerBf16(IntVector words) {
        return words.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    private static FloatVector upperBf16(IntVector words) {
        return words.and(UPPER_HALF).reinterpretAsFloats();
    }

    /** The byte that {@code left} bits lie above. */
    private static FloatVector int8(IntVector words, int left) {
        IntVector wide = words.lanewise(VectorOperators.LSHL, left).lanewise(VectorOperators.ASHR, 24);
        return (FloatVector) wide.convert(VectorOperators.I2F, 0);
    }
}
