package retort.kernels.engine;

import retort.kernels.op.ActivationSpec;
import retort.kernels.op.ActivationSpec.Kind;

/** The definition of {@link ActivationSpec}, element by element in double: both engines on the CPU use it. */
public final class HostActivation {
    private static final double SQRT_2PI = Math.sqrt(2 * Math.PI);

    /** From here on the tail of the normal distribution is computed by itself: from its sum it would be lost. */
    private static final double TAIL = 3;

    private static final int TAIL_TERMS = 60;

    private HostActivation() {}

    /** f(x). */
    public static double value(Kind kind, double x) {
        return switch (kind) {
            case SIGMOID -> sigmoid(x);
            case TANH -> Math.tanh(x);
            case GELU -> x * normal(x);
            case SILU -> x * sigmoid(x);
        };
    }

    /** f'(x), given f(x) where the spec says so, else x. */
    public static double derivative(Kind kind, double at) {
        return switch (kind) {
            case SIGMOID -> at * (1 - at);
            case TANH -> (1 - at) * (1 + at);
            case GELU -> normal(at) + at * density(at);
            case SILU -> sigmoid(at) * (1 + at * sigmoid(-at));
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / SQRT_2PI;
    }

    /**
     * The normal distribution: near 0 by its series of positive terms, 1/2 + p(x) (x + x^3 / 3 + x^5 / (3 5) + ...),
     * in the tails by the continued fraction p(x) / (x + 1 / (x + 2 / (x + ...))). Source: Abramowitz and Stegun 1964,
     * 26.2.11 and 26.2.14.
     */
    private static double normal(double x) {
        double size = Math.abs(x);
        if (size < TAIL) {
            double term = x;
            double sum = x;
            for (int n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
                term *= x * x / n;
                sum += term;
            }
            return 0.5 + density(x) * sum;
        }
        double fraction = size;
        for (int n = TAIL_TERMS; n > 0; n--) {
            fraction = size + n / fraction;
        }
        double tail = density(x) / fraction;
        return x > 0 ? 1 - tail : tail;
    }
}
