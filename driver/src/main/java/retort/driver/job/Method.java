package retort.driver.job;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.driver.data.ImageSet;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.nn.Loss;

/** What a student learns from. Equations: {@link DistillationSpec}. */
public enum Method {
    /** The teacher's softened probabilities alone. Source: Hinton, Vinyals and Dean 2015. */
    SOFT_TARGETS("soft-targets", new Divergence.SoftTargets(), 0),
    /** Those, and the true labels with a share of alpha. Source: the same. */
    SOFT_AND_HARD("soft-and-hard", new Divergence.SoftTargets(), 0.1f),
    /** The teacher's logits, by their squared error. Source: Ba and Caruana 2014; Hinton et al. 2015, section 2.1. */
    LOGITS("logits", new Divergence.LogitError(), 0),
    /** Decoupled distillation, with the true labels in equal weight as published. Source: Zhao et al. 2022. */
    DECOUPLED("decoupled", new Divergence.Decoupled(1, 8), 0.5f),
    /** Soft targets of standardised logits. Source: Sun et al. 2024. */
    STANDARDIZED("standardized", new Divergence.Standardized(), 0),
    /** No teacher: true labels, a tenth of each spread over all classes. Source: Szegedy et al. 2016. */
    SMOOTHED_LABELS("smoothed-labels", null, 1),
    /** No teacher: true labels. */
    HARD_LABELS("hard-labels", null, 1);

    /** What label smoothing takes from the true class. */
    private static final float SMOOTHING = 0.1f;

    private final String id;
    private final Divergence divergence;
    private final float alpha;

    Method(String id, Divergence divergence, float alpha) {
        this.id = id;
        this.divergence = divergence;
        this.alpha = alpha;
    }

    /** The method of that name. */
    public static Optional<Method> byId(String id) {
        return Arrays.stream(values()).filter(method -> method.id.equals(id)).findFirst();
    }

    /** All names, for people. */
    public static String ids() {
        return Arrays.stream(values()).map(Method::id).collect(Collectors.joining(", "));
    }

    public String id() {
        return id;
    }

    /** What kind of labels it reads: the teacher's soft ones, true ones, or smoothed ones. */
    public String labels() {
        return switch (this) {
            case HARD_LABELS -> "hard";
            case SMOOTHED_LABELS -> "smoothed";
            default -> "soft";
        };
    }

    /** Whether a teacher has a part in it. */
    public boolean distils() {
        return divergence != null;
    }

    /** The share of the loss on true labels, where the user does not say. */
    public float alpha() {
        return alpha;
    }

    /** Whether the user sets {@link #alpha()}; the other methods are defined with theirs. */
    public boolean mixesAsAsked() {
        return this == SOFT_AND_HARD;
    }

    /** The share of the loss on true labels where the user asks for {@code asked}. */
    public float alpha(float asked) {
        return mixesAsAsked() ? asked : alpha;
    }

    /**
     * What training minimises.
     *
     * @param temperature T of the teacher's and student's softmax; without a teacher, of the student's
     * @param share of the loss on true labels; without a teacher there is no other
     */
    public Loss loss(float temperature, float share) {
        return switch (this) {
            case HARD_LABELS -> new Loss.CrossEntropy(temperature, Targets.HARD);
            case SMOOTHED_LABELS -> new Loss.CrossEntropy(temperature, Targets.SOFT);
            default -> new Loss.Distillation(divergence, temperature, share);
        };
    }

    /**
     * All of the images with the targets that {@link #loss} reads.
     *
     * @param teacher of these images; not read by a method without a teacher
     */
    public Examples examples(ImageSet images, Logits teacher) {
        return switch (this) {
            case HARD_LABELS -> Examples.labelled(images);
            case SMOOTHED_LABELS -> Examples.smoothed(images, SMOOTHING);
            default -> Examples.taught(images, teacher);
        };
    }
}
