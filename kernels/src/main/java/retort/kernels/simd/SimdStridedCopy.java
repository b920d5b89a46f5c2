package retort.kernels.simd;

import java.util.Arrays;
import java.util.List;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.StridedCopySpec;
import retort.kernels.op.StridedCopySpec.Axis;

/** Copies of blocks at strides: the last axis is a loop, one step of the others is shared out at a time. */
final class SimdStridedCopy {
    /** Elements a task, about. */
    private static final int CHUNK = 1 << 13;

    private final Workers workers;

    SimdStridedCopy(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(StridedCopySpec spec, HostTensor x, HostTensor y) {
        Axis inner = spec.axes().getLast();
        List<Axis> outer = spec.axes().subList(0, spec.axes().size() - 1).reversed();
        int rows = spec.count() / inner.extent();
        int share = Math.max(1, CHUNK / inner.extent());
        Workers.Task task = (number, worker) -> {
            int first = number * share;
            int end = first + Math.min(share, rows - first);
            for (int row = first; row < end; row++) {
                int from = x.offset() + spec.from();
                int to = y.offset() + spec.to();
                int rest = row;
                for (int a = 0; a < outer.size(); a++) {
                    Axis axis = outer.get(a);
                    int i = rest % axis.extent();
                    from += i * axis.xStride();
                    to += i * axis.yStride();
                    rest /= axis.extent();
                }
                copy(inner, x.array(), from, y.array(), to);
            }
        };
        return workers.prepare(Math.ceilDiv(rows, share), spec.bytes(), task);
    }

    private static void copy(Axis axis, float[] x, int from, float[] y, int to) {
        if (axis.yStride() == 1 && axis.xStride() == 1) {
            System.arraycopy(x, from, y, to, axis.extent());
        } else if (axis.yStride() == 1 && axis.xStride() == 0) {
            Arrays.fill(y, to, to + axis.extent(), x[from]);
        } else {
            for (int i = 0; i < axis.extent(); i++) {
                y[to + i * axis.yStride()] = x[from + i * axis.xStride()];
            }
        }
    }
}
