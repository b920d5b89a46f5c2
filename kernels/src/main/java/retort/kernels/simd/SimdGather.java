package retort.kernels.simd;

import java.util.Arrays;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.GatherSpec;

/** Images of a table, moved: an image at a time, row by row where it is moved. */
final class SimdGather {
    private final Workers workers;

    SimdGather(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(GatherSpec spec, HostTensor x, HostTensor images, HostTensor moves, HostTensor y) {
        Workers.Range some = (from, to) -> {
            for (int i = from; i < to; i++) {
                float image = images.array()[images.offset() + i];
                float down = moves.array()[moves.offset() + 2 * i];
                float right = moves.array()[moves.offset() + 2 * i + 1];
                int at = y.offset() + i * spec.imageSize();
                if (spec.shows(image, down, right)) {
                    int start = x.offset() + (int) image * spec.imageSize();
                    copy(spec, x.array(), start, (int) down, (int) right, y.array(), at);
                } else {
                    Arrays.fill(y.array(), at, at + spec.imageSize(), 0);
                }
            }
        };
        return workers.prepareRows(spec.count(), spec.imageSize(), spec.bytes(), some);
    }

    private static void copy(GatherSpec spec, float[] x, int from, int down, int right, float[] y, int to) {
        if (down == 0 && right == 0) {
            System.arraycopy(x, from, y, to, spec.imageSize());
            return;
        }
        int row = spec.width() * spec.channels();
        int shift = right * spec.channels();
        int count = row - Math.abs(shift);
        Arrays.fill(y, to, to + spec.imageSize(), 0);
        for (int r = Math.max(0, down); r < Math.min(spec.height(), spec.height() + down); r++) {
            int first = Math.max(0, shift);
            System.arraycopy(x, from + (r - down) * row + first - shift, y, to + r * row + first, count);
        }
    }
}
