package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.stream.Stream;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.SoftmaxSpec;

/** Row-wise ops on logits: {@code softmax.cl} and {@code distillation.cl}. */
final class ClRows {
    private static final String FILE = "softmax.cl";
    private static final String DISTILLATION = "distillation.cl";

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

    /** A work-item does a row: rows are short, and what each divergence sums over a row is much. */
    void distillation(DistillationSpec spec, ClTensor logits, ClTensor targets, ClTensor dLogits, ClTensor outcome) {
        switch (spec.divergence()) {
            case Divergence.SoftTargets d -> distill(spec, "soft_targets", "", logits, targets, dLogits, outcome);
            case Divergence.LogitError d -> distill(spec, "logit_error", "", logits, targets, dLogits, outcome);
            case Divergence.Standardized d ->
                distill(
                        spec,
                        "standardized",
                        "f",
                        logits,
                        targets,
                        dLogits,
                        outcome,
                        Divergence.Standardized.VARIANCE_FLOOR);
            case Divergence.Decoupled d ->
                distill(
                        spec,
                        "decoupled",
                        "ff",
                        logits,
                        targets,
                        dLogits,
                        outcome,
                        d.targetWeight(),
                        d.nonTargetWeight());
        }
    }

    /** Launches the kernel of a divergence, whose own numbers follow the operands that all of them have. */
    private void distill(
            DistillationSpec spec,
            String name,
            String ownArguments,
            ClTensor logits,
            ClTensor targets,
            ClTensor dLogits,
            ClTensor outcome,
            Object... own) {
        int items = session.parameter(ClParameter.ELEMENT_ITEMS);
        ClKernel kernel = session.kernel(DISTILLATION, name, items, "bbbbiifff" + ownArguments);
        Stream<Object> common = Stream.of(
                logits,
                targets,
                dLogits,
                outcome,
                spec.rows(),
                spec.classes(),
                spec.temperature(),
                spec.hardShare(),
                1 - spec.hardShare());
        Object[] operands = Stream.concat(common, Stream.of(own)).toArray();
        session.queue().launch(spec::id, kernel, ceilDivide(spec.rows(), items), operands);
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
