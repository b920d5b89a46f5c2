package retort.kernels.opencl;

import retort.kernels.engine.Operands;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;

/** Max and average pooling: {@code pool2d.cl}. */
final class ClPool2d {
    private final ClSession session;

    ClPool2d(ClSession session) {
        this.session = session;
    }

    /** The kernels take an item for each element of their result, which is the last operand. */
    void pool2d(Pool2dSpec spec, Operands<ClTensor> o) {
        String pool = switch (spec.kind()) {
            case MAX -> "max_pool2d";
            case AVERAGE -> "average_pool2d";
        };
        String kernel = spec.pass() == Pass.FORWARD ? pool : pool + "_gradient";
        int operands = spec.operands().size();
        Object[] arguments = new Object[operands + 1];
        for (int i = 0; i < operands; i++) {
            arguments[i] = o.get(i);
        }
        arguments[operands] = ClArguments.geometry(spec);
        session.launchItems(spec::id, "pool2d.cl", kernel, o.get(operands - 1).size(), arguments);
    }
}
