package retort.kernels;

import java.util.Arrays;
import java.util.stream.IntStream;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;

/**
 * The loss of {@link DistillationSpec} for one row, in double and straight from its definition: probabilities first,
 * then their logarithms. Good for logits of a few units, as tests draw them; its gradient is a difference quotient.
 *
 * @param v the teacher's logits
 * @param label index of the true class, or -1
 */
record DoubleDistillation(DistillationSpec spec, double[] v, int label) {
    private static final double H = 0x1p-12;

    /** A quotient, and how far it may be from the derivative. */
    record Quotient(double value, double bound) {}

    double of(double[] z) {
        double t = spec.temperature();
        double soft = switch (spec.divergence()) {
            case Divergence.SoftTargets d -> t * t * divergence(softmax(v, t), softmax(z, t));
            case Divergence.LogitError d ->
                IntStream.range(0, z.length)
                        .mapToDouble(c -> (z[c] - v[c]) * (z[c] - v[c]) / (2 * z.length))
                        .sum();
            case Divergence.Decoupled d -> t * t * decoupled(d, softmax(v, t), softmax(z, t));
            case Divergence.Standardized d ->
                t * t * divergence(softmax(standardized(v), t), softmax(standardized(z), t));
        };
        double hard = label < 0 ? 0 : -Math.log(softmax(z, 1)[label]);
        return spec.hardShare() * hard + (1 - spec.hardShare()) * soft;
    }

    /**
     * The derivative by z[c]. Halving h leaves a quarter of the quotient's error, so the two quotients are apart by
     * three times the error that is left; a loss in double is off by some 100 roundings.
     */
    Quotient byLogit(double[] z, int c) {
        double coarse = quotient(z, c, H);
        double fine = quotient(z, c, H / 2);
        return new Quotient(fine, Math.abs(coarse - fine) + 100 * 0x1p-53 * (1 + of(z)) / H);
    }

    private double quotient(double[] z, int c, double h) {
        double[] above = z.clone();
        double[] below = z.clone();
        above[c] += h;
        below[c] -= h;
        return (of(above) - of(below)) / (2 * h);
    }

    private double decoupled(Divergence.Decoupled weights, double[] p, double[] q) {
        double target = label < 0
                ? 0
                : divergence(new double[] {p[label], 1 - p[label]}, new double[] {q[label], 1 - q[label]});
        return weights.targetWeight() * target + weights.nonTargetWeight() * divergence(others(p), others(q));
    }

    /** The probabilities of the classes that are not the label, as shares of their sum. */
    private double[] others(double[] p) {
        double[] others = IntStream.range(0, p.length)
                .filter(c -> c != label)
                .mapToDouble(c -> p[c])
                .toArray();
        double sum = Arrays.stream(others).sum();
        return Arrays.stream(others).map(share -> share / sum).toArray();
    }

    private static double divergence(double[] p, double[] q) {
        return IntStream.range(0, p.length)
                .mapToDouble(c -> p[c] * Math.log(p[c] / q[c]))
                .sum();
    }

    private static double[] softmax(double[] x, double t) {
        double[] powers = Arrays.stream(x).map(value -> Math.exp(value / t)).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }

    private static double[] standardized(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = Arrays.stream(x)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        double sigma = Math.sqrt(variance + Divergence.Standardized.VARIANCE_FLOOR);
        return Arrays.stream(x).map(value -> (value - mean) / sigma).toArray();
    }
}
