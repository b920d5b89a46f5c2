package retort.kernels.op;

/**
 * A student's loss against its teacher's logits v and the true label y, with its gradient by the student's logits z, in one
 * pass:
 *
 * <pre>
 * loss[i]       = hardShare CE(y[i], softmax(z[i])) + (1 - hardShare) T^2 D(v[i], z[i])
 * dLogits[i][c] = d loss[i] / d z[i][c] / rows
 * outcome[i]    = { loss[i], argmax z[i] = argmax v[i] ? 1 : 0 }
 * </pre>
 *
 * <p>D is the {@link Divergence}, at temperature T; the hard part is always at T = 1. T^2 keeps the two in proportion when T is
 * changed, since the gradient of D falls with 1 / T^2. KL stands where the paper has a cross-entropy with soft targets:
 * the two differ by the targets' entropy, so their gradients are equal, and KL is 0 when the student equals its teacher.
 *
 * <p>logits and dLogits are rows x classes, outcome is rows x 2; dLogits is the gradient of the mean loss. A row of targets is
 * v[0], ..., v[classes - 1], y; the label is stored as float32, exact to 2^24, and one that is no class makes the hard part
 * 0. Ties of argmax go to the lowest index. A NaN logit, the student's or the teacher's, makes loss and gradient of its row NaN.
 *
 * <p>Error: let m be the largest |z| or |v| of a row, L(T) = 2 m / T + ln classes, R(T) = (classes + 8 + 4 m / T) 2^-23. The hard
 * part of the loss is within R(1) (1 + L(1)) 2, of the gradient times rows within R(1) 2; the other within
 *
 * <pre>
 *                T^2 D                           T^2 dD/dz
 * soft targets   3 T^2 R(T) (1 + L(T))           3 T R(T)
 * decoupled      the same times both weights     the same times both weights
 * standardized   the same                        12 T R(T) / sigma       with m = (classes + 12) sqrt(classes) / 4
 * logit error    (classes + 8) m^2 2^-23         m 2^-21 / classes
 * </pre>
 *
 * <p>Source: Hinton, Vinyals and Dean 2015, section 2; for the divergences see there.
 *
 * @param temperature T, positive
 * @param hardShare of the cross-entropy with the true label, from 0 to 1
 */
public record DistillationSpec(int rows, int classes, Divergence divergence, float temperature, float hardShare)
        implements Spec {
    public DistillationSpec {
        Spec.positive("distillation", "rows", rows);
        if (classes < 2) {
            throw new IllegalArgumentException("distillation: classes must be 2 or more, got " + classes);
        }
        Spec.positive("distillation", "temperature", temperature);
        if (!(hardShare >= 0 && hardShare <= 1)) {
            throw new IllegalArgumentException("distillation: hard share must be in [0, 1], got " + hardShare);
        }
    }

    public Shape logitsShape() {
        return Shape.of(rows, classes);
    }

    /** The teacher's logits and the label, row by row. */
    public Shape targetsShape() {
        return Shape.of(rows, classes + 1);
    }

    public Shape outcomeShape() {
        return Shape.of(rows, 2);
    }

    @Override
    public String id() {
        return "distillation:" + rows + "x" + classes + ":" + divergence.id() + ":T" + Spec.number(temperature)
                + ":hard" + Spec.number(hardShare);
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return (2L * rows * classes + (long) rows * (classes + 1) + 2L * rows) * ELEMENT_BYTES;
    }
}
