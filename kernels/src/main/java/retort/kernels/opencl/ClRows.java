package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import retort.kernels.ArgmaxSpec;
import retort.kernels.CrossEntropySpec;
import retort.kernels.SoftmaxSpec;

/** Row-wise ops on logits: {@code softmax.cl}. */
final class ClRows {
    private static final String FILE = "softmax.cl";

    private final ClSession session;

    ClRows(ClSession session) {
        this.session = session;
    }

    void softmax(SoftmaxSpec spec, ClTensor logits, ClTensor probabilities) {
        int held = session.parameter(ClParameter.ROW_ITEMS) * session.parameter(ClParameter.ROW_WIDTH);
        ClKernel kernel = kernel(spec.classes() <= held ? "softmax_short" : "softmax", "bbiif");
        session.queue()
                .launch(
                        spec::id,
                        kernel,
                        groups(spec.rows()),
                        logits,
                        probabilities,
                        spec.rows(),
                        spec.classes(),
                        1 / spec.temperature());
    }

    void crossEntropy(CrossEntropySpec spec, ClTensor logits, ClTensor targets, ClTensor dLogits, ClTensor outcome) {
        boolean hard = spec.targets() == CrossEntropySpec.Targets.HARD;
        ClKernel kernel = kernel(hard ? "cross_entropy_hard" : "cross_entropy_soft", "bbbbiiff");
        session.queue()
                .launch(
                        spec::id,
                        kernel,
                        groups(spec.rows()),
                        logits,
                        targets,
                        dLogits,
                        outcome,
                        spec.rows(),
                        spec.classes(),
                        1 / spec.temperature(),
                        (float) (1 / ((double) spec.temperature() * spec.rows())));
    }

    void argmax(ArgmaxSpec spec, ClTensor x, ClTensor indices) {
        ClKernel kernel = kernel("argmax", "bbii");
        session.queue().launch(spec::id, kernel, groups(spec.rows()), x, indices, spec.rows(), spec.columns());
    }

    private ClKernel kernel(String name, String arguments) {
        return session.kernel(FILE, name, session.parameter(ClParameter.ROW_ITEMS), arguments);
    }

    private int groups(int rows) {
        return ceilDivide(rows, session.parameter(ClParameter.ROW_COUNT));
    }
}
