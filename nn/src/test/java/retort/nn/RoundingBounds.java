package retort.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far an engine's gradients may be from the exact ones: a running error analysis of one training pass, forward and
 * then backward.
 *
 * <p>Each value travels with a bound of its error. A sum of k products whose operands are off by at most ea and eb is
 * off by at most
 *
 * <pre>(1 + 2 (k + 2) eps) sum (|a| + ea) (|b| + eb) - sum |a| |b|,   eps = 2^-24</pre>
 *
 * <p>which is what the operands' errors can do, and the rounding that {@link retort.kernels.op.GemmSpec} and
 * {@link retort.kernels.op.Conv2dSpec} allow on top. ReLU passes errors on as long as no error can change a sign, which
 * is checked here; dropout's scale costs three roundings. The bounds of softmax are those of
 * {@link retort.kernels.op.SoftmaxSpec}, those of distillation its own. Backward, a gradient is known by a bound of its
 * magnitude alone: the same sums over absolute values. Source: Higham 2002, sections 3.1 and 3.3.
 */
final class RoundingBounds {
    private static final double EPS = 0x1p-24;

    private final DoubleModel model;
    private final List<double[]> values;
    private final List<double[]> errors = new ArrayList<>();
    private final Map<String, double[]> gradientErrors = new HashMap<>();

    /** @param values what {@link DoubleModel#forward} gave */
    RoundingBounds(DoubleModel model, List<double[]> values, DoubleLoss loss) {
        this.model = model;
        this.values = values;
        errors.add(new double[values.getFirst().length]);
        for (int l = 0; l + 1 < values.size(); l++) {
            errors.add(forward(l, values.get(l), errors.get(l)));
        }
        Gradient gradient = byLogits(loss, values.getLast(), errors.getLast());
        for (int l = values.size() - 2; l >= 0; l--) {
            gradient = backward(l, gradient);
        }
    }

    /** For each element of a gradient, a bound of its magnitude and one of its error. */
    private record Gradient(double[] magnitude, double[] error) {}

    /** Bounds of the gradient of a parameter, element by element. */
    double[] of(String parameter) {
        return gradientErrors.get(parameter);
    }

    /** Bounds of the logits. */
    double[] ofLogits() {
        return errors.getLast();
    }

    private double[] forward(int l, double[] x, double[] xError) {
        return switch (model.architecture().layers().get(l)) {
            case Layer.Dense dense -> weighted(model.linear(l), x, xError);
            case Layer.Conv2D conv2d -> weighted(model.linear(l), x, xError);
            case DepthwiseConv2D conv2d -> weighted(model.linear(l), x, xError);
            case Layer.ReLU relu -> {
                double[] error = xError.clone();
                for (int e = 0; e < x.length; e++) {
                    if (Math.abs(x[e]) <= xError[e] && xError[e] > 0) {
                        throw new KinkException(
                                "relu " + l + ": x[" + e + "] is " + x[e] + ", but its error may be " + xError[e]);
                    }
                    error[e] = x[e] > 0 ? xError[e] : 0;
                }
                yield error;
            }
            case Layer.Dropout dropout -> {
                double[] factors = model.dropoutFactors(l, dropout.rate(), x.length);
                double[] error = new double[x.length];
                for (int e = 0; e < x.length; e++) {
                    error[e] = scaledError(factors[e], Math.abs(x[e]), xError[e]);
                }
                yield error;
            }
            case Layer.Flatten flatten -> xError;
            default -> throw new AssertionError("no bound is known here of " + model.architecture());
        };
    }

    private static double scaledError(double factor, double magnitude, double error) {
        return factor * (error + 4 * EPS * (magnitude + error));
    }

    private double[] weighted(DoubleModel.Linear linear, double[] x, double[] xError) {
        double[] bias = model.parameters().get(linear.bias());
        double[] weight = model.parameters().get(linear.weight());
        Sums sums = new Sums(model.outputSize(linear));
        for (int e = 0; e < sums.exact.length; e++) {
            sums.add(e, Math.abs(bias[e % bias.length]), 0, 1, 0);
        }
        linear.taps().forEach((y, i, w) -> sums.add(y, Math.abs(x[i]), xError[i], Math.abs(weight[w]), 0));
        return sums.error(linear.forwardTerms() + 1);
    }

    /** Sums of |a| |b| and of (|a| + ea) (|b| + eb). */
    private static final class Sums {
        private final double[] exact;
        private final double[] largest;

        Sums(int size) {
            exact = new double[size];
            largest = new double[size];
        }

        void add(int at, double a, double aError, double b, double bError) {
            exact[at] += a * b;
            largest[at] += (a + aError) * (b + bError);
        }

        double[] error(int terms) {
            double[] error = new double[exact.length];
            for (int e = 0; e < error.length; e++) {
                error[e] = largest[e] * (1 + 2 * (terms + 2) * EPS) - exact[e];
            }
            return error;
        }
    }

    /** If every z of a row is off by at most e, every p is off by a factor of at most exp(2 e / T). */
    private static Gradient byLogits(DoubleLoss loss, double[] z, double[] zError) {
        double[] exact = new double[z.length];
        double[] error = new double[z.length];
        for (DoubleLoss.Term term : loss.terms()) {
            addTerm(loss, term, z, zError, exact, error);
        }
        double[] magnitude = new double[z.length];
        for (int e = 0; e < magnitude.length; e++) {
            magnitude[e] = Math.abs(exact[e]);
        }
        return new Gradient(magnitude, error);
    }

    private static void addTerm(
            DoubleLoss loss, DoubleLoss.Term term, double[] z, double[] zError, double[] exact, double[] error) {
        int classes = loss.classes();
        double temperature = term.temperature();
        double share = term.weight() / (temperature * loss.rows());
        for (int i = 0; i < loss.rows(); i++) {
            double largest = 0;
            double largestError = 0;
            for (int e = i * classes; e < (i + 1) * classes; e++) {
                largest = Math.max(largest, Math.abs(z[e]) + zError[e]);
                largestError = Math.max(largestError, zError[e]);
            }
            double relative =
                    Math.exp(2 * largestError / temperature) * (1 + (classes + 8 + 4 * largest / temperature) * 2 * EPS)
                            - 1;
            double slack = term.slack() * (classes + 8 + 4 * Math.max(largest, term.teacher()) / temperature) * 2 * EPS;
            double[] logP = loss.logProbabilities(term, z, i);
            double mass = loss.mass(term, i);
            for (int c = 0; c < classes; c++) {
                double p = Math.exp(logP[c]) * mass;
                double t = term.targets()[i * classes + c];
                exact[i * classes + c] += share * (p - t);
                error[i * classes + c] +=
                        share * (p * relative + Float.MIN_NORMAL + (classes + 8) * EPS * (p + t) + slack);
            }
        }
    }

    private Gradient backward(int l, Gradient dY) {
        double[] y = values.get(l + 1);
        return switch (model.architecture().layers().get(l)) {
            case Layer.Dense dense -> throughWeights(l, dY);
            case Layer.Conv2D conv2d -> throughWeights(l, dY);
            case DepthwiseConv2D conv2d -> throughWeights(l, dY);
            case Layer.ReLU relu -> {
                double[] open = new double[y.length];
                for (int e = 0; e < y.length; e++) {
                    open[e] = y[e] > 0 ? 1 : 0;
                }
                yield scaled(open, dY);
            }
            case Layer.Dropout dropout -> scaled(model.dropoutFactors(l, dropout.rate(), y.length), dY);
            case Layer.Flatten flatten -> dY;
            default -> throw new AssertionError("no bound is known here of " + model.architecture());
        };
    }

    private static Gradient scaled(double[] factors, Gradient dY) {
        double[] magnitude = new double[factors.length];
        double[] error = new double[factors.length];
        for (int e = 0; e < factors.length; e++) {
            magnitude[e] = factors[e] * dY.magnitude[e];
            error[e] = scaledError(factors[e], dY.magnitude[e], dY.error[e]);
        }
        return new Gradient(magnitude, error);
    }

    private Gradient throughWeights(int l, Gradient dY) {
        DoubleModel.Linear linear = model.linear(l);
        double[] weight = model.parameters().get(linear.weight());
        double[] x = values.get(l);
        double[] xError = errors.get(l);
        Sums dWeight = new Sums(linear.weightSize());
        Sums dBias = new Sums(linear.units());
        Sums dX = new Sums(x.length);
        linear.taps().forEach((y, i, w) -> {
            dWeight.add(w, Math.abs(x[i]), xError[i], dY.magnitude[y], dY.error[y]);
            dX.add(i, Math.abs(weight[w]), 0, dY.magnitude[y], dY.error[y]);
        });
        for (int y = 0; y < dY.magnitude.length; y++) {
            dBias.add(y % linear.units(), 1, 0, dY.magnitude[y], dY.error[y]);
        }
        gradientErrors.put(linear.weight(), dWeight.error(linear.weightTerms()));
        gradientErrors.put(linear.bias(), dBias.error(linear.weightTerms()));
        return new Gradient(dX.exact, dX.error(linear.inputTerms()));
    }
}
