package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import java.util.function.Supplier;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.SoftmaxSpec;

/** Row-wise ops on logits: {@code softmax.cl} and {@code distillation.cl}. */
final class ClRows {
    private final ClSession session;

    ClRows(ClSession session) {
        this.session = session;
    }

    void softmax(SoftmaxSpec spec, ClTensor logits, ClTensor probabilities) {
        int held = session.parameter(ClParameter.ROW_ITEMS) * session.parameter(ClParameter.ROW_WIDTH);
        String plain = spec.classes() <= held ? "softmax_short" : "softmax";
        String kernel = spec.log() ? "log_softmax" : plain;
        float inverseT = 1 / spec.temperature();
        launch(spec::id, kernel, spec.rows(), logits, probabilities, spec.rows(), spec.classes(), inverseT);
    }

    void crossEntropy(CrossEntropySpec spec, ClTensor logits, ClTensor targets, ClTensor dLogits, ClTensor outcome) {
        String kernel = switch (spec.targets()) {
            case HARD -> "cross_entropy_hard";
            case SOFT -> "cross_entropy_soft";
        };
        float inverseT = 1 / spec.temperature();
        float gradientScale = (float) (1 / ((double) spec.temperature() * spec.rows()));
        List<Object> tensors = List.of(logits, targets, dLogits, outcome);
        launch(spec::id, kernel, spec.rows(), tensors, spec.rows(), spec.classes(), inverseT, gradientScale);
    }

    /** A work-item does a row: rows are short, and what each divergence sums over a row is much. */
    void distillation(DistillationSpec spec, ClTensor logits, ClTensor targets, ClTensor dLogits, ClTensor outcome) {
        String kernel = switch (spec.divergence()) {
            case Divergence.SoftTargets d -> "soft_targets";
            case Divergence.LogitError d -> "logit_error";
            case Divergence.Standardized d -> "standardized";
            case Divergence.Decoupled d -> "decoupled";
        };
        List<Object> own = switch (spec.divergence()) {
            case Divergence.Standardized d -> List.of(Divergence.Standardized.VARIANCE_FLOOR);
            case Divergence.Decoupled d -> List.of(d.targetWeight(), d.nonTargetWeight());
            case Divergence.SoftTargets d -> List.of();
            case Divergence.LogitError d -> List.of();
        };
        List<Object> tensors = List.of(logits, targets, dLogits, outcome);
        List<Object> numbers =
                List.of(spec.rows(), spec.classes(), spec.temperature(), spec.hardShare(), 1 - spec.hardShare());
        session.launchItems(spec::id, "distillation.cl", kernel, spec.rows(), tensors, numbers, own);
    }

    void argmax(ArgmaxSpec spec, ClTensor x, ClTensor indices) {
        launch(spec::id, "argmax", spec.rows(), x, indices, spec.rows(), spec.columns());
    }

    private void launch(Supplier<String> op, String kernel, int rows, Object... operands) {
        int groups = ceilDivide(rows, session.parameter(ClParameter.ROW_COUNT));
        session.launch(op, "softmax.cl", kernel, groups, operands);
    }
}
