package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import retort.kernels.op.GatherSpec;

/** Images of a table, moved: {@code gather.cl}. */
final class ClGather {
    private final ClSession session;

    ClGather(ClSession session) {
        this.session = session;
    }

    void gather(GatherSpec spec, ClTensor x, ClTensor images, ClTensor moves, ClTensor y) {
        int work = spec.count() * ceilDivide(spec.imageSize(), session.parameter(ClParameter.ELEMENT_WIDTH));
        Object sizes = List.of(spec.table(), spec.height(), spec.width(), spec.channels(), spec.count());
        session.launchItems(spec::id, "gather.cl", "gather", work, x, images, moves, y, sizes);
    }
}
