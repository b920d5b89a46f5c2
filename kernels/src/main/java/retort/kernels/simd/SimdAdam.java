package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Spec;

/** The Adam update in one pass over parameters, gradient and moments: bound by memory. See {@link AdamSpec}. */
final class SimdAdam {
    private final Workers workers;

    SimdAdam(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(AdamSpec spec, HostTensor w, HostTensor gradient, HostTensor m, HostTensor v, float stepSize) {
        return workers.prepareChunks(w.length(), spec.bytes(), (from, to) -> {
            update(spec, stepSize, gradient.array(), gradient.offset() + from, w, m, v, from, to - from);
        });
    }

    /** Updates elements from .. from + count of w, m and v with the gradient at {@code g[gAt ..]}. */
    static void update(
            AdamSpec spec,
            float stepSize,
            float[] g,
            int gAt,
            HostTensor w,
            HostTensor m,
            HostTensor v,
            int from,
            int count) {
        float[] ws = w.array();
        float[] ms = m.array();
        float[] vs = v.array();
        int wAt = w.offset() + from;
        int mAt = m.offset() + from;
        int vAt = v.offset() + from;
        float restOfBeta1 = 1 - spec.beta1();
        float restOfBeta2 = 1 - spec.beta2();
        boolean decays = !spec.decay().isNone();
        float penalty = spec.decay().penalty();
        float kept = spec.kept();
        int e = 0;
        if (decays) {
            for (; e + LANES <= count; e += LANES) {
                FloatVector before = FloatVector.fromArray(SPECIES, ws, wAt + e);
                FloatVector gradient = before.mul(penalty).add(FloatVector.fromArray(SPECIES, g, gAt + e));
                step(spec, stepSize, gradient, before.mul(kept), ws, wAt + e, ms, mAt + e, vs, vAt + e);
            }
        } else {
            for (; e + LANES <= count; e += LANES) {
                FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + e);
                FloatVector before = FloatVector.fromArray(SPECIES, ws, wAt + e);
                step(spec, stepSize, gradient, before, ws, wAt + e, ms, mAt + e, vs, vAt + e);
            }
        }
        for (; e < count; e++) {
            float gradient = decays ? ws[wAt + e] * penalty + g[gAt + e] : g[gAt + e];
            float newM = gradient * restOfBeta1 + ms[mAt + e] * spec.beta1();
            float newV = gradient * gradient * restOfBeta2 + vs[vAt + e] * spec.beta2();
            newM = floored(newM);
            newV = floored(newV);
            ms[mAt + e] = newM;
            vs[vAt + e] = newV;
            ws[wAt + e] = kept * ws[wAt + e] - newM * stepSize / ((float) Math.sqrt(newV) + spec.epsilon());
        }
    }

    /** Of a vector of parameters, given what they are before it. */
    private static void step(
            AdamSpec spec,
            float stepSize,
            FloatVector gradient,
            FloatVector before,
            float[] ws,
            int wAt,
            float[] ms,
            int mAt,
            float[] vs,
            int vAt) {
        FloatVector newM = FloatVector.fromArray(SPECIES, ms, mAt).mul(spec.beta1());
        newM = gradient.mul(1 - spec.beta1()).add(newM);
        FloatVector newV = FloatVector.fromArray(SPECIES, vs, vAt).mul(spec.beta2());
        newV = gradient.mul(gradient).mul(1 - spec.beta2()).add(newV);
        newM = floored(newM);
        newV = floored(newV);
        newM.intoArray(ms, mAt);
        newV.intoArray(vs, vAt);
        before.sub(newM.mul(stepSize).div(newV.sqrt().add(spec.epsilon()))).intoArray(ws, wAt);
    }

    private static FloatVector floored(FloatVector state) {
        return state.blend(0, state.abs().compare(VectorOperators.LT, Spec.STATE_FLOOR));
    }

    static float floored(float state) {
        return Math.abs(state) < Spec.STATE_FLOOR ? 0 : state;
    }
}
