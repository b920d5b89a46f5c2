package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.Probe;

/** The loops of {@link Probe} on the Vector API. */
final class SimdProbe implements Probe {
    /**
     * Sums at once: the latency of the instruction is 4 or 5 cycles and two begin in each, so fewer than ten would
     * wait.
     */
    private static final int ACCUMULATORS = 12;

    @Override
    public float fma(float factor) {
        FloatVector a = FloatVector.broadcast(SPECIES, factor);
        FloatVector b = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a;
        FloatVector s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        int rounds = (int) (FMA_FLOPS / (2L * ACCUMULATORS * LANES));
        for (int round = 0; round < rounds; round++) {
            s0 = s0.fma(b, a);
            s1 = s1.fma(b, a);
            s2 = s2.fma(b, a);
            s3 = s3.fma(b, a);
            s4 = s4.fma(b, a);
            s5 = s5.fma(b, a);
            s6 = s6.fma(b, a);
            s7 = s7.fma(b, a);
            s8 = s8.fma(b, a);
            s9 = s9.fma(b, a);
            s10 = s10.fma(b, a);
            s11 = s11.fma(b, a);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
        FloatVector high = s6.add(s7).add(s8).add(s9).add(s10).add(s11);
        return low.add(high).lane(0);
    }

    @Override
    public void triad(float[] x, float[] y, float[] z, float factor) {
        FloatVector scale = FloatVector.broadcast(SPECIES, factor);
        int vectors = SPECIES.loopBound(x.length);
        for (int i = 0; i < vectors; i += LANES) {
            FloatVector.fromArray(SPECIES, z, i)
                    .fma(scale, FloatVector.fromArray(SPECIES, y, i))
                    .intoArray(x, i);
        }
        for (int i = vectors; i < x.length; i++) {
            x[i] = y[i] + factor * z[i];
        }
    }

    @Override
    public void update(float[] w, float[] g, float[] m, float[] v, float factor) {
        FloatVector scale = FloatVector.broadcast(SPECIES, factor);
        int vectors = SPECIES.loopBound(w.length);
        for (int i = 0; i < vectors; i += LANES) {
            FloatVector change = FloatVector.fromArray(SPECIES, g, i);
            change.fma(scale, FloatVector.fromArray(SPECIES, w, i)).intoArray(w, i);
            change.fma(scale, FloatVector.fromArray(SPECIES, m, i)).intoArray(m, i);
            change.fma(scale, FloatVector.fromArray(SPECIES, v, i)).intoArray(v, i);
        }
        for (int i = vectors; i < w.length; i++) {
            w[i] += factor * g[i];
            m[i] += factor * g[i];
            v[i] += factor * g[i];
        }
    }

    @Override
    public void exp(float[] x, float[] y) {
        for (int i = 0; i < SPECIES.loopBound(x.length); i += LANES) {
            SimdExp.exp(FloatVector.fromArray(SPECIES, x, i)).intoArray(y, i);
        }
    }

    @Override
    public void jdkExp(float[] x, float[] y) {
        for (int i = 0; i < SPECIES.loopBound(x.length); i += LANES) {
            FloatVector.fromArray(SPECIES, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
        }
    }
}
