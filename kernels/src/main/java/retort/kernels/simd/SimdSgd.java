package retort.kernels.simd;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.SgdSpec;

/**
 * Gradient descent with momentum in one pass: plain loops, which C2 vectorises, since memory is the bound. See
 * {@link SgdSpec}.
 */
final class SimdSgd {
    private final Workers workers;

    SimdSgd(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(SgdSpec spec, HostTensor w, HostTensor gradient, HostTensor velocity) {
        return workers.prepareChunks(w.length(), spec.bytes(), (from, to) -> {
            update(spec, gradient.array(), gradient.offset() + from, w, velocity, from, to - from);
        });
    }

    /** Updates elements from .. from + count of w and velocity with the gradient at {@code g[gAt ..]}. */
    static void update(SgdSpec spec, float[] g, int gAt, HostTensor w, HostTensor velocity, int from, int count) {
        float momentum = spec.momentum();
        float rate = spec.rate();
        float[] ws = w.array();
        float[] vs = velocity.array();
        int wAt = w.offset() + from;
        int vAt = velocity.offset() + from;
        if (spec.nesterov() || !spec.decay().isNone()) {
            float penalty = spec.decay().penalty();
            float kept = spec.kept();
            // What of the velocity and of the gradient w moves by.
            float ofVelocity = spec.nesterov() ? momentum : 1;
            float ofGradient = spec.nesterov() ? rate : 0;
            for (int e = 0; e < count; e++) {
                float gradient = g[gAt + e] + penalty * ws[wAt + e];
                float v = SimdAdam.floored(momentum * vs[vAt + e] - rate * gradient);
                vs[vAt + e] = v;
                ws[wAt + e] = kept * ws[wAt + e] + (ofVelocity * v - ofGradient * gradient);
            }
            return;
        }
        for (int e = 0; e < count; e++) {
            float v = SimdAdam.floored(momentum * vs[vAt + e] - rate * g[gAt + e]);
            vs[vAt + e] = v;
            ws[wAt + e] += v;
        }
    }
}
