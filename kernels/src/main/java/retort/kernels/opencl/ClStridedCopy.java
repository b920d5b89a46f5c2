package retort.kernels.opencl;

import java.util.ArrayList;
import java.util.List;
import retort.kernels.op.StridedCopySpec;
import retort.kernels.op.StridedCopySpec.Axis;

/** Copies of blocks at strides: {@code strided_copy.cl}. */
final class ClStridedCopy {
    private static final String FILE = "strided_copy.cl";
    private static final Axis ONCE = new Axis(1, 0, 1);

    private final ClSession session;

    ClStridedCopy(ClSession session) {
        this.session = session;
    }

    /** Axes that are not there are loops of one step. */
    void stridedCopy(StridedCopySpec spec, ClTensor x, ClTensor y) {
        List<Object> axes = new ArrayList<>();
        for (int i = spec.axes().size() - StridedCopySpec.MOST_AXES;
                i < spec.axes().size();
                i++) {
            Axis axis = i < 0 ? ONCE : spec.axes().get(i);
            axes.addAll(List.of(axis.extent(), axis.xStride(), axis.yStride()));
        }
        int count = spec.count();
        session.launchItems(spec::id, FILE, "strided_copy", count, x, y, count, spec.from(), spec.to(), axes);
    }
}
