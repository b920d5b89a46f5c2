package retort.kernels.simd;

import retort.kernels.engine.HostDistillation;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.DistillationSpec;

/**
 * The loss of distillation, its rows shared out among threads. See {@link HostDistillation} for why it has no vectors.
 */
final class SimdDistillation {
    /** Elements a task. */
    private static final int CHUNK = 1 << 12;

    /** What the exponentials and logarithms of an element take, in bytes that could be moved meanwhile. */
    private static final int COST = 64;

    private final Workers workers;

    SimdDistillation(Workers workers) {
        this.workers = workers;
    }

    void run(DistillationSpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        int share = Math.max(1, CHUNK / spec.classes());
        workers.forEach(Math.ceilDiv(spec.rows(), share), COST * spec.bytes(), (number, worker) -> {
            HostDistillation rows = new HostDistillation(spec);
            int to = Math.min(spec.rows(), (number + 1) * share);
            for (int i = number * share; i < to; i++) {
                rows.row(i, logits, targets, dLogits, outcome);
            }
        });
    }
}
