package retort.kernels.host;

import java.util.Arrays;
import retort.kernels.DistillationSpec;
import retort.kernels.Divergence;

/**
 * The definition of {@link DistillationSpec}, row by row in double, for both engines on the CPU: 32 rows of ten classes take 16 to
 * 51 us, at most 1 % of a step of a 784-800-800-10 student (5.1 ms on a core), and vector code would run uncompiled, 100 times
 * slower, for hundreds of such steps.
 */
public final class HostDistillation {
    private final DistillationSpec spec;
    private final double temperature;
    private final double[] z;
    private final double[] v;
    private final double[] logQ;
    private final double[] logP;
    private final double[] gradient;

    public HostDistillation(DistillationSpec spec) {
        this.spec = spec;
        this.temperature = spec.temperature();
        this.z = new double[spec.classes()];
        this.v = new double[spec.classes()];
        this.logQ = new double[spec.classes()];
        this.logP = new double[spec.classes()];
        this.gradient = new double[spec.classes()];
    }

    /** Writes row i of dLogits and outcome. */
    public void row(int i, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        int classes = spec.classes();
        int label = targets.offset() + i * (classes + 1) + classes;
        read(logits, i * classes, z);
        read(targets, i * (classes + 1), v);
        int target = target(targets.array()[label]);
        double soft = switch (spec.divergence()) {
            case Divergence.SoftTargets d -> softTargets(temperature, temperature);
            case Divergence.LogitError d -> logitError();
            case Divergence.Decoupled d -> decoupled(d, target);
            case Divergence.Standardized d -> standardized();
        };
        double loss = spec.hardShare() * hardLoss(target) + (1 - (double) spec.hardShare()) * soft;
        for (int c = 0; c < classes; c++) {
            double hard = target < 0 ? 0 : Math.exp(logQ[c]) - (c == target ? 1 : 0);
            double mixed = spec.hardShare() * hard + (1 - (double) spec.hardShare()) * gradient[c];
            dLogits.array()[dLogits.offset() + i * classes + c] =
                    (float) (Double.isNaN(loss) ? loss : mixed / spec.rows());
        }
        outcome.array()[outcome.offset() + 2 * i] = (float) loss;
        outcome.array()[outcome.offset() + 2 * i + 1] = argmax(z) == argmax(v) ? 1 : 0;
    }

    private static void read(HostTensor x, int from, double[] row) {
        for (int c = 0; c < row.length; c++) {
            row[c] = x.array()[x.offset() + from + c];
        }
    }

    /** The class that a label names, or -1. */
    private int target(float label) {
        return label >= 0 && label < spec.classes() && label == (int) label ? (int) label : -1;
    }

    /** Leaves log softmax(z) in logQ. */
    private double hardLoss(int target) {
        logSoftmax(z, 1, -1, logQ);
        return target < 0 ? 0 : -logQ[target];
    }

    /** T^2 KL(softmax(v / teacherT) || softmax(z / studentT)), and T (q - p) as the gradient by z / studentT times T. */
    private double softTargets(double studentT, double teacherT) {
        logSoftmax(z, studentT, -1, logQ);
        logSoftmax(v, teacherT, -1, logP);
        double divergence = 0;
        for (int c = 0; c < z.length; c++) {
            double p = Math.exp(logP[c]);
            divergence += term(p, logP[c], logQ[c]);
            gradient[c] = temperature * (Math.exp(logQ[c]) - p);
        }
        return temperature * temperature * divergence;
    }

    private double logitError() {
        double squares = 0;
        for (int c = 0; c < z.length; c++) {
            squares += (z[c] - v[c]) * (z[c] - v[c]);
            gradient[c] = (z[c] - v[c]) / z.length;
        }
        return squares / (2 * z.length);
    }

    private double decoupled(Divergence.Decoupled weights, int target) {
        double logOdds = oddsAndOthers(z, target, logQ);
        double teacherLogOdds = oddsAndOthers(v, target, logP);
        double p = Math.exp(logSigmoid(teacherLogOdds));
        double q = Math.exp(logSigmoid(logOdds));
        // 1 - p and 1 - q by the odds against the target: nothing is left of them if the target has all of the mass.
        double targetPart = term(p, logSigmoid(teacherLogOdds), logSigmoid(logOdds))
                + term(Math.exp(logSigmoid(-teacherLogOdds)), logSigmoid(-teacherLogOdds), logSigmoid(-logOdds));
        double otherPart = 0;
        for (int c = 0; c < z.length; c++) {
            if (c == target) {
                gradient[c] = temperature * weights.targetWeight() * (q - p);
            } else {
                double otherQ = Math.exp(logQ[c]);
                double otherP = Math.exp(logP[c]);
                otherPart += term(otherP, logP[c], logQ[c]);
                gradient[c] = temperature
                        * (weights.nonTargetWeight() * (otherQ - otherP) - weights.targetWeight() * (q - p) * otherQ);
            }
        }
        return temperature
                * temperature
                * (weights.targetWeight() * targetPart + weights.nonTargetWeight() * otherPart);
    }

    /** Soft targets of standardised logits: a softmax does not see their mean, and sigma multiplies the temperature. */
    private double standardized() {
        double mean = Arrays.stream(z).average().orElseThrow();
        double sigma = sigma(z);
        double loss = softTargets(temperature * sigma, temperature * sigma(v));
        double along = 0;
        for (int c = 0; c < z.length; c++) {
            along += gradient[c] * (z[c] - mean) / sigma / z.length;
        }
        double gradientMean = Arrays.stream(gradient).average().orElseThrow();
        for (int c = 0; c < z.length; c++) {
            gradient[c] = (gradient[c] - gradientMean - (z[c] - mean) / sigma * along) / sigma;
        }
        return loss;
    }

    private static double sigma(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        return Math.sqrt(variance + Divergence.Standardized.VARIANCE_FLOOR);
    }

    /** One term of a divergence KL(p || q). */
    private static double term(double p, double logP, double logQ) {
        return p == 0 ? 0 : p * (logP - logQ);
    }

    /** Fills {@code others} with the log softmax over all classes but the target; returns the log of the target's odds. */
    private double oddsAndOthers(double[] x, int target, double[] others) {
        double logSum = logSoftmax(x, temperature, target, others);
        return target < 0 ? Double.NEGATIVE_INFINITY : x[target] / temperature - logSum;
    }

    /** log(1 / (1 + e^-x)). */
    private static double logSigmoid(double x) {
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** Fills {@code logs} with log softmax(x / T) over all classes but one, or none for -1; returns log of sum of e^(x / T). */
    private static double logSoftmax(double[] x, double temperature, int without, double[] logs) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < x.length; c++) {
            logs[c] = x[c] / temperature;
            largest = c == without ? largest : Math.max(largest, logs[c]);
        }
        double sum = 0;
        for (int c = 0; c < x.length; c++) {
            sum += c == without ? 0 : Math.exp(logs[c] - largest);
        }
        double logSum = largest + Math.log(sum);
        for (int c = 0; c < x.length; c++) {
            logs[c] -= logSum;
        }
        return logSum;
    }

    /** The lowest index of the largest; NaN is never the largest. */
    private static int argmax(double[] x) {
        int best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < x.length; c++) {
            if (x[c] > largest) {
                largest = x[c];
                best = c;
            }
        }
        return best;
    }
}
