package retort.kernels.engine;

import java.util.Arrays;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;

/**
 * The definition of {@link DistillationSpec}, row by row in double, for both engines on the CPU: at most 1 % of a step
 * of a 784-800-800-10 student, and vector code would run uncompiled, 100 times slower, for hundreds of such steps.
 */
public final class HostDistillation {
    private final DistillationSpec spec;
    private final double temperature;
    private final double[] z;
    private final double[] v;
    private final LogSoftmax student;
    private final LogSoftmax teacher;
    private final double[] gradient;

    public HostDistillation(DistillationSpec spec) {
        this.spec = spec;
        this.temperature = spec.temperature();
        this.z = new double[spec.classes()];
        this.v = new double[spec.classes()];
        this.student = new LogSoftmax(spec.classes());
        this.teacher = new LogSoftmax(spec.classes());
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
        double loss = spec.hardShare() == 0 ? soft : withHardLoss(soft, target);
        for (int c = 0; c < classes; c++) {
            dLogits.array()[dLogits.offset() + i * classes + c] =
                    (float) (Double.isNaN(loss) ? loss : gradient[c] / spec.rows());
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

    /** Mixes the loss with the cross-entropy of the true label, and the gradient too. */
    private double withHardLoss(double soft, int target) {
        double share = spec.hardShare();
        student.of(z, 1, -1);
        for (int c = 0; c < z.length; c++) {
            double hard = target < 0 ? 0 : student.share[c] - (c == target ? 1 : 0);
            gradient[c] = share * hard + (1 - share) * gradient[c];
        }
        return share * (target < 0 ? 0 : -student.log[target]) + (1 - share) * soft;
    }

    /**
     * T^2 KL(softmax(v / teacherT) || softmax(z / studentT)), and T (q - p) as the gradient by z / studentT times T.
     */
    private double softTargets(double studentT, double teacherT) {
        student.of(z, studentT, -1);
        teacher.of(v, teacherT, -1);
        double divergence = 0;
        for (int c = 0; c < z.length; c++) {
            divergence += term(teacher.share[c], teacher.log[c], student.log[c]);
            gradient[c] = temperature * (student.share[c] - teacher.share[c]);
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
        double logOdds = logOdds(student, z, target);
        double teacherLogOdds = logOdds(teacher, v, target);
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
                double otherQ = student.share[c];
                double otherP = teacher.share[c];
                otherPart += term(otherP, teacher.log[c], student.log[c]);
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

    /** Leaves the softmax over all classes but the target in {@code others}; returns the log of the target's odds. */
    private double logOdds(LogSoftmax others, double[] x, int target) {
        double logSum = others.of(x, temperature, target);
        return target < 0 ? Double.NEGATIVE_INFINITY : x[target] / temperature - logSum;
    }

    /** log(1 / (1 + e^-x)). */
    private static double logSigmoid(double x) {
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** The lowest index of the largest; any number is larger than NaN. */
    private static int argmax(double[] x) {
        int best = 0;
        for (int c = 1; c < x.length; c++) {
            if (x[c] > x[best] || Double.isNaN(x[best]) && !Double.isNaN(x[c])) {
                best = c;
            }
        }
        return best;
    }

    /** A softmax and its logarithm. */
    private static final class LogSoftmax {
        private final double[] log;
        private final double[] share;

        LogSoftmax(int classes) {
            log = new double[classes];
            share = new double[classes];
        }

        /** Of x / T over all classes but one, or none for -1; returns the log of the sum of e^(x / T). */
        double of(double[] x, double temperature, int without) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < x.length; c++) {
                log[c] = x[c] / temperature;
                largest = c == without ? largest : Math.max(largest, log[c]);
            }
            double sum = 0;
            for (int c = 0; c < x.length; c++) {
                share[c] = Math.exp(log[c] - largest);
                sum += c == without ? 0 : share[c];
            }
            double logSum = largest + Math.log(sum);
            for (int c = 0; c < x.length; c++) {
                log[c] -= logSum;
                share[c] /= sum;
            }
            return logSum;
        }
    }
}
