package retort.kernels.op;

/**
 * How far a student's logits z are from its teacher's v. With p = softmax(v / T), q = softmax(z / T) over the classes
 * of a row, each gives D, which {@link DistillationSpec} multiplies by T^2. Terms of a Kullback-Leibler divergence KL(p
 * || q) = sum of p log(p / q) in which p is 0 are 0.
 */
public sealed interface Divergence {
    /** What it is called in the id of a spec. */
    String id();

    /** D = KL(p || q): T^2 dD/dz = T (q - p). Source: Hinton, Vinyals and Dean 2015, section 2. */
    record SoftTargets() implements Divergence {
        @Override
        public String id() {
            return "soft-targets";
        }
    }

    /**
     * T^2 D = sum of (z - v)^2 / (2 classes), whatever T: what soft targets come to at a high temperature, if the
     * logits of a row have mean 0. T^2 dD/dz = (z - v) / classes. Source: Hinton, Vinyals and Dean 2015, section 2.1.
     */
    record LogitError() implements Divergence {
        @Override
        public String id() {
            return "logit-error";
        }
    }

    /**
     * D = targetWeight KL((p_y, 1 - p_y) || (q_y, 1 - q_y)) + nonTargetWeight KL(p' || q'), where y is the true class,
     * p' and q' are the softmax over the classes other than y. With y no class, the first part is 0 and the second over
     * all classes.
     *
     * <pre>
     * T^2 dD/dz[y] = targetWeight T (q_y - p_y)
     * T^2 dD/dz[c] = nonTargetWeight T (q'[c] - p'[c]) - targetWeight T (q_y - p_y) q'[c]
     * </pre>
     *
     * <p>Weights 1 and 1 - p_y would make it soft targets. Source: Zhao et al. 2022, "Decoupled knowledge
     * distillation".
     *
     * @param targetWeight alpha of the paper, 0 or more
     * @param nonTargetWeight beta of the paper, 0 or more
     */
    record Decoupled(float targetWeight, float nonTargetWeight) implements Divergence {
        public Decoupled {
            weight("target weight", targetWeight);
            weight("non-target weight", nonTargetWeight);
            if (targetWeight == 0 && nonTargetWeight == 0) {
                throw new IllegalArgumentException("distillation: one of the two weights must be above 0, got 0 and 0");
            }
        }

        private static void weight(String name, float value) {
            if (!(value >= 0) || Float.isInfinite(value)) {
                throw new IllegalArgumentException(
                        "distillation: " + name + " must be 0 or more and finite, got " + value);
            }
        }

        @Override
        public String id() {
            return "decoupled" + SpecId.number(targetWeight) + "," + SpecId.number(nonTargetWeight);
        }
    }

    /**
     * Soft targets of the logits less their mean over the row, divided by sigma = sqrt(mean of their squares +
     * {@link #VARIANCE_FLOOR}), the student's and the teacher's each by their own. With s the student's and g = T (q -
     * p): T^2 dD/dz = (g - mean(g) - s mean(g s)) / sigma. Source: Sun et al. 2024, "Logit standardization in knowledge
     * distillation".
     */
    record Standardized() implements Divergence {
        /** Keeps the gradient finite where all logits of a row are equal, at most 1,000 times that of soft targets. */
        public static final float VARIANCE_FLOOR = 1e-6f;

        @Override
        public String id() {
            return "standardized";
        }
    }
}
