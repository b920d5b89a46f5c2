package retort.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.WeightPanels;
import retort.kernels.op.ElementType;

/**
 * A packed matrix of weights of fewer bits, widened in registers. How is written out in each loop: methods for it were
 * at times compiled on their own, vectors became objects, and a product took ten times as long.
 */
final class SimdWeights {
    /** Panels side by side in a product of one row: as many sums as hide the latency of a multiply-add. */
    static final int PANELS = 4;

    /** The same of int8: more is more than C2 inlines, and ten times slower. */
    private static final int INT8_PANELS = 2;

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
            int count = Math.min(PANELS, Math.ceilDiv(to - column, NR));
            if (int8) {
                for (int panel = 0; panel < count; panel += INT8_PANELS) {
                    // Without a second panel, the first one twice.
                    int step = panel + 1 < count ? panelWords : 0;
                    twoPanelsOfInt8(x, panelWords / LANES, words, first + panel * panelWords, step, sums, panel * NR);
                }
            } else if (count == PANELS) {
                fourPanelsOfBf16(x, panelWords / LANES, words, first, panelWords, sums);
            } else {
                for (int panel = 0; panel < count; panel++) {
                    onePanelOfBf16(x, panelWords / LANES, words, first + panel * panelWords, sums, panel * NR);
                }
            }
            for (int j = column; j < Math.min(to, column + count * NR); j++) {
                y[yAt + j] += int8 ? words[scales + j] * sums[j - column] : sums[j - column];
            }
        }
    }

    /** (Where each panel begins plus a counter of rows, instead of one that runs along them: 1.5 times as long.) */
    private static void fourPanelsOfBf16(float[] x, int rows, float[] b, int at, int step, float[] sums) {
        FloatVector s0l = FloatVector.zero(SPECIES), s0r = s0l;
        FloatVector s1l = s0l, s1r = s0l, s2l = s0l, s2r = s0l, s3l = s0l, s3r = s0l;
        for (int p = 0, row = at; p < rows; p++, row += LANES) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            IntVector w0 = FloatVector.fromArray(SPECIES, b, row).reinterpretAsInts();
            IntVector w1 = FloatVector.fromArray(SPECIES, b, row + step).reinterpretAsInts();
            IntVector w2 = FloatVector.fromArray(SPECIES, b, row + 2 * step).reinterpretAsInts();
            IntVector w3 = FloatVector.fromArray(SPECIES, b, row + 3 * step).reinterpretAsInts();
            s0l = xp.fma(w0.lanewise(LSHL, 16).reinterpretAsFloats(), s0l);
            s0r = xp.fma(w0.and(UPPER_HALF).reinterpretAsFloats(), s0r);
            s1l = xp.fma(w1.lanewise(LSHL, 16).reinterpretAsFloats(), s1l);
            s1r = xp.fma(w1.and(UPPER_HALF).reinterpretAsFloats(), s1r);
            s2l = xp.fma(w2.lanewise(LSHL, 16).reinterpretAsFloats(), s2l);
            s2r = xp.fma(w2.and(UPPER_HALF).reinterpretAsFloats(), s2r);
            s3l = xp.fma(w3.lanewise(LSHL, 16).reinterpretAsFloats(), s3l);
            s3r = xp.fma(w3.and(UPPER_HALF).reinterpretAsFloats(), s3r);
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

    private static void onePanelOfBf16(float[] x, int rows, float[] b, int at, float[] sums, int to) {
        FloatVector left = FloatVector.zero(SPECIES), right = left;
        for (int p = 0, row = at; p < rows; p++, row += LANES) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            IntVector word = FloatVector.fromArray(SPECIES, b, row).reinterpretAsInts();
            left = xp.fma(word.lanewise(LSHL, 16).reinterpretAsFloats(), left);
            right = xp.fma(word.and(UPPER_HALF).reinterpretAsFloats(), right);
        }
        left.intoArray(sums, to);
        right.intoArray(sums, to + LANES);
    }

    private static void twoPanelsOfInt8(float[] x, int pairs, float[] b, int at, int step, float[] sums, int to) {
        FloatVector s0l = FloatVector.zero(SPECIES), s0r = s0l, s1l = s0l, s1r = s0l;
        for (int p = 0, row = at; p < 2 * pairs; p += 2, row += LANES) {
            FloatVector xp = FloatVector.broadcast(SPECIES, x[p]);
            FloatVector xq = FloatVector.broadcast(SPECIES, x[p + 1]);
            IntVector w0 = FloatVector.fromArray(SPECIES, b, row).reinterpretAsInts();
            IntVector w1 = FloatVector.fromArray(SPECIES, b, row + step).reinterpretAsInts();
            s0l = xp.fma(w0.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0), s0l);
            s0r = xp.fma(w0.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0), s0r);
            s0l = xq.fma(w0.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0), s0l);
            s0r = xq.fma(w0.lanewise(ASHR, 24).convert(I2F, 0), s0r);
            s1l = xp.fma(w1.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0), s1l);
            s1r = xp.fma(w1.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0), s1r);
            s1l = xq.fma(w1.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0), s1l);
            s1r = xq.fma(w1.lanewise(ASHR, 24).convert(I2F, 0), s1r);
        }
        s0l.intoArray(sums, to);
        s0r.intoArray(sums, to + LANES);
        s1l.intoArray(sums, to + NR);
        s1r.intoArray(sums, to + NR + LANES);
    }

    /** Widens rows p .. p + rows of a panel, times {@code scale}, to {@code to[target..]}. */
    void widen(int panel, int p, int rows, float scale, float[] to, int target) {
        int first = at + panel * panelWords;
        if (int8) {
            widenInt8(words, first, scales + panel * NR, p, rows, scale, to, target);
        } else {
            widenBf16(words, first + p * LANES, rows, scale, to, target);
        }
    }

    private static void widenBf16(float[] b, int first, int rows, float scale, float[] to, int target) {
        for (int row = first, e = target; row < first + rows * LANES; row += LANES, e += NR) {
            IntVector word = FloatVector.fromArray(SPECIES, b, row).reinterpretAsInts();
            word.lanewise(LSHL, 16).reinterpretAsFloats().mul(scale).intoArray(to, e);
            word.and(UPPER_HALF).reinterpretAsFloats().mul(scale).intoArray(to, e + LANES);
        }
    }

    private static void widenInt8(
            float[] b, int first, int scales, int p, int rows, float scale, float[] to, int target) {
        FloatVector left = FloatVector.fromArray(SPECIES, b, scales).mul(scale);
        FloatVector right = FloatVector.fromArray(SPECIES, b, scales + LANES).mul(scale);
        for (int row = p, e = target; row < p + rows; row++, e += NR) {
            IntVector word =
                    FloatVector.fromArray(SPECIES, b, first + row / 2 * LANES).reinterpretAsInts();
            int shift = row % 2 * Short.SIZE;
            left.mul(word.lanewise(LSHL, 24 - shift).lanewise(ASHR, 24).convert(I2F, 0))
                    .intoArray(to, e);
            right.mul(word.lanewise(LSHL, 16 - shift).lanewise(ASHR, 24).convert(I2F, 0))
                    .intoArray(to, e + LANES);
        }
    }
}
