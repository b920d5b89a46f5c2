package retort.kernels.op;

/**
 * p[i][j] = exp(z[i][j] / T) / sum over c of exp(z[i][c] / T), each row shifted by its largest logit first, so that no
 * exponential overflows. z and p are rows x classes.
 *
 * <p>Every row sums to 1 within classes * 2^-23. Relative error at most (classes + 8 + 4 max |z| / T) 2^-23, down to the
 * smallest normal number. A NaN logit makes its row NaN. Source: Hinton, Vinyals and Dean 2015, equation 1.
 *
 * @param temperature T, positive
 */
public record SoftmaxSpec(int rows, int classes, float temperature) implements Spec {
    public SoftmaxSpec {
        Spec.positive("softmax", "rows", rows);
        Spec.positive("softmax", "classes", classes);
        Spec.positive("softmax", "temperature", temperature);
    }

    public Shape shape() {
        return Shape.of(rows, classes);
    }

    @Override
    public String id() {
        return "softmax:" + rows + "x" + classes + ":T" + Spec.number(temperature);
    }

    @Override
    public long flops() {
        return 0;
    }

    @Override
    public long bytes() {
        return 2L * rows * classes * ELEMENT_BYTES;
    }
}
