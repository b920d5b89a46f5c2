package retort.kernels.simd;

import java.util.Arrays;
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

    Runnable prepare(
            DistillationSpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        int share = Math.max(1, CHUNK / spec.classes());
        int tasks = Math.ceilDiv(spec.rows(), share);
        long work = COST * spec.bytes();
        HostDistillation[] ofWorker = new HostDistillation[workers.count()];
        Arrays.setAll(ofWorker, worker -> new HostDistillation(spec));
        Workers.Task task = (number, worker) -> {
            int from = number * share;
            int to = from + Math.min(share, spec.rows() - from);
            for (int i = from; i < to; i++) {
                ofWorker[worker].row(i, logits, targets, dLogits, outcome);
            }
        };
        return workers.prepare(tasks, work, task);
    }
}
