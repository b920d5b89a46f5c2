package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;

/** What a trainer minimises, as a mean over the examples of a batch. */
public sealed interface Loss {
    /** Numbers for each example in the labels that a step is given. */
    int targetSize(int classes);

    /**
     * Writes the gradient by the logits, and for each example its loss and whether its class was met.
     *
     * @param logits batch x classes
     * @param targets batch x {@link #targetSize}
     * @param dLogits batch x classes
     * @param outcome batch x 2
     */
    void apply(Backend backend, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome);

    /**
     * Cross-entropy with softmax(logits / T); see {@link CrossEntropySpec}.
     *
     * @param temperature T
     * @param targets for each example a class index, or a probability for each class
     */
    record CrossEntropy(float temperature, CrossEntropySpec.Targets targets) implements Loss {
        @Override
        public int targetSize(int classes) {
            return targets == CrossEntropySpec.Targets.HARD ? 1 : classes;
        }

        @Override
        public void apply(Backend backend, Tensor logits, Tensor labels, Tensor dLogits, Tensor outcome) {
            CrossEntropySpec spec =
                    new CrossEntropySpec(logits.shape().rows(), logits.shape().rowSize(), temperature, targets);
            backend.crossEntropy(spec, logits, labels.reshaped(spec.targetsShape()), dLogits, outcome);
        }
    }

    /**
     * The distance from a teacher, mixed with cross-entropy with the true class; see {@link DistillationSpec}. The
     * labels of an example are the teacher's logits, then the class index.
     *
     * @param temperature T of the teacher and the student
     * @param hardShare of the cross-entropy
     */
    record Distillation(Divergence divergence, float temperature, float hardShare) implements Loss {
        @Override
        public int targetSize(int classes) {
            return classes + 1;
        }

        @Override
        public void apply(Backend backend, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
            DistillationSpec spec = new DistillationSpec(
                    logits.shape().rows(), logits.shape().rowSize(), divergence, temperature, hardShare);
            backend.distillation(spec, logits, targets, dLogits, outcome);
        }
    }
}
