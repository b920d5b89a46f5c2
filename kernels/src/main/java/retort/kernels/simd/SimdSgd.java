package retort.kernels.simd;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.SgdSpec;

/**
 * Gradient descent with momentum in one pass: plain loops, which C2 vectorises, since memory is the bound. See
 * {@link SgdSpec}.
 */
final class SimdSgd {
    private static final int CHUNK = 1 << 15;

    private final Workers workers;

    SimdSgd(Workers workers) {
        this.workers = workers;
    }

    void run(SgdSpec spec, HostTensor w, HostTensor gradient, HostTensor velocity) {
        float[] ws = w.array();
        float[] gs = gradient.array();
        float[] vs = velocity.array();
        workers.forEach(Math.ceilDiv(w.length(), CHUNK), spec.bytes(), (number, worker) -> {
            int to = Math.min(w.length(), (number + 1) * CHUNK);
            for (int e = number * CHUNK; e < to; e++) {
                float v = SimdAdam.floored(
                        spec.momentum() * vs[velocity.offset() + e] - spec.rate() * gs[gradient.offset() + e]);
                vs[velocity.offset() + e] = v;
                ws[w.offset() + e] += v;
            }
        });
    }
}
