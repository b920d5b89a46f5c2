package retort.kernels.op;

/**
 * Cross-entropy between targets t and p = softmax(z / T), with its gradient by the logits z, in one pass:
 *
 * <pre>
 * loss[i]       = - sum over c of t[i][c] log p[i][c]
 * dLogits[i][c] = (p[i][c] sum over j of t[i][j] - t[i][c]) / (T * rows)
 * outcome[i]    = { loss[i], argmax z[i] = argmax t[i] ? 1 : 0 }
 * </pre>
 *
 * <p>logits and dLogits are rows x classes, outcome is rows x 2; dLogits is the gradient of the mean loss. Targets are
 * either soft (rows x classes, sums near 1) or class indices (one a row, stored as float32, exact to 2^24); an index that is no class
 * gives an all-zero target. Ties of argmax go to the lowest index. Source: Hinton, Vinyals and Dean 2015, section 2.
 *
 * @param temperature T, positive
 */
public record CrossEntropySpec(int rows, int classes, float temperature, Targets targets) implements Spec {
    /** How the targets are given. */
    public enum Targets {
        /** A class index for each row. */
        HARD,
        /** A probability for each row and class. */
        SOFT
    }

    public CrossEntropySpec {
        Spec.positive("cross-entropy", "rows", rows);
        Spec.positive("cross-entropy", "classes", classes);
        Spec.positive("cross-entropy", "temperature", temperature);
    }

    public Shape logitsShape() {
        return Shape.of(rows, classes);
    }

    public Shape targetsShape() {
        return targets == Targets.HARD ? Shape.of(rows) : logitsShape();
    }

    public Shape outcomeShape() {
        return Shape.of(rows, 2);
    }

    @Override
    public String id() {
        return "cross-entropy:" + rows + "x" + classes + ":T" + Spec.number(temperature) + ":"
                + (targets == Targets.HARD ? "hard" : "soft");
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return (2L * rows * classes + targetsShape().size() + 2L * rows) * ELEMENT_BYTES;
    }
}
