package retort.nn;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Gradients of a {@link DoubleModel}'s loss by L(w + h) and L(w - h), with a bound of their own error.
 *
 * <p>As long as no ReLU changes sides between w - h and w + h, which is checked, every pre-activation is linear in a
 * single parameter: z(w + h) = z + h a. Then the third derivative of each cross-entropy that L is the sum of is the
 * third cumulant of a / T under p, times the targets' mass; a variable in an interval of width R has one of at most R^3
 * / 4 (its variance is at most R^2 / 4, the third power of its distance from the mean at most R times the second). So
 * the difference quotient is off by at most h^2 / 6 mean(mass R^3 / 4), and by what rounding in double does to the two
 * losses, divided by h.
 */
final class CentralDifferences {
    private static final double H = 0x1p-17;
    private static final double DOUBLE_EPS = 0x1p-53;
    private static final int SAMPLE = 50;

    private final DoubleModel model;
    private final DoubleLoss loss;
    private final double[] x;
    private final List<double[]> values;
    private final double lossRounding;

    /** The quotient for one element of a parameter. */
    record Quotient(int index, double value, double bound) {}

    CentralDifferences(DoubleModel model, DoubleLoss loss, double[] x, List<double[]> values, RoundingBounds rounding) {
        this.model = model;
        this.loss = loss;
        this.x = x;
        this.values = values;
        this.lossRounding = lossRounding(rounding.ofLogits());
    }

    /** Quotients of all elements of a parameter, or of {@value #SAMPLE} of them if there are more. */
    List<Quotient> of(String parameter, SplittableRandom random) {
        double[] elements = model.parameters().get(parameter);
        return elements.length <= SAMPLE
                ? IntStream.range(0, elements.length)
                        .mapToObj(i -> quotient(elements, i))
                        .toList()
                : random.ints(SAMPLE, 0, elements.length)
                        .mapToObj(i -> quotient(elements, i))
                        .toList();
    }

    private Quotient quotient(double[] elements, int index) {
        double element = elements[index];
        elements[index] = element + H;
        List<double[]> above = model.forward(x);
        elements[index] = element - H;
        List<double[]> below = model.forward(x);
        elements[index] = element;
        checkSides(above);
        checkSides(below);
        double value = (loss.of(above.getLast()) - loss.of(below.getLast())) / (2 * H);
        return new Quotient(index, value, truncation(above.getLast(), below.getLast()) + lossRounding / H);
    }

    private void checkSides(List<double[]> moved) {
        for (int l = 0; l + 1 < values.size(); l++) {
            if (model.architecture().layers().get(l) instanceof Layer.ReLU) {
                for (int e = 0; e < values.get(l).length; e++) {
                    if (Math.signum(values.get(l)[e]) != Math.signum(moved.get(l)[e])) {
                        throw new KinkException("relu " + l + ": x[" + e + "] changes sides, from " + values.get(l)[e]
                                + " to " + moved.get(l)[e]);
                    }
                }
            }
        }
    }

    private double truncation(double[] above, double[] below) {
        int classes = loss.classes();
        double sum = 0;
        for (int i = 0; i < loss.rows(); i++) {
            double least = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            for (int e = i * classes; e < (i + 1) * classes; e++) {
                double slope = (above[e] - below[e]) / (2 * H);
                least = Math.min(least, slope);
                largest = Math.max(largest, slope);
            }
            for (DoubleLoss.Term term : loss.terms()) {
                double range = (largest - least) / term.temperature();
                sum += term.weight() * loss.mass(term, i) * Math.pow(range, 3) / 4;
            }
        }
        return H * H / 6 * sum / loss.rows();
    }

    /** The error of a loss: double's logits are off as float32's are, but for the unit of rounding. */
    private double lossRounding(double[] logitErrors) {
        int classes = loss.classes();
        double sum = 0;
        for (int i = 0; i < loss.rows(); i++) {
            double largest = 0;
            double largestError = 0;
            for (int e = i * classes; e < (i + 1) * classes; e++) {
                largest = Math.max(largest, Math.abs(values.getLast()[e]));
                largestError = Math.max(largestError, logitErrors[e] * DOUBLE_EPS / 0x1p-24);
            }
            for (DoubleLoss.Term term : loss.terms()) {
                double most = 2 * largest / term.temperature() + Math.log(classes);
                double error = 2 * largestError / term.temperature() + (2 * classes + 8) * DOUBLE_EPS * (1 + most);
                sum += term.weight() * loss.mass(term, i) * error;
            }
        }
        return sum / loss.rows() * (1 + loss.terms().size() * loss.rows() * DOUBLE_EPS);
    }
}
