package retort.nn;

import java.util.List;
import java.util.stream.IntStream;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Divergence;

/**
 * A loss in double precision, as a mean over the rows: a weighted sum of cross-entropies with softmax(z / T).
 * Distillation by soft targets is such a sum too, but for a constant, the entropy of the teacher's probabilities:
 * hardShare CE(y, softmax(z)) + (1 - hardShare) T^2 CE(softmax(v / T), softmax(z / T)).
 */
record DoubleLoss(int rows, int classes, List<Term> terms) {
    /**
     * One cross-entropy.
     *
     * @param targets rows x classes
     * @param slack how often R(T) of {@link retort.kernels.op.DistillationSpec} an engine's gradient may be off, in
     *     units of weight / (T rows), beyond what the softmax of an engine's cross-entropy is off
     * @param teacher the teacher's largest logit, which R(T) depends on
     */
    record Term(double weight, double temperature, double[] targets, double slack, double teacher) {}

    /** @param labels as the engines get them */
    static DoubleLoss of(Loss loss, int rows, int classes, float[] labels) {
        return switch (loss) {
            case Loss.CrossEntropy l -> {
                double[] targets = new double[rows * classes];
                for (int e = 0; e < targets.length; e++) {
                    targets[e] = l.targets() == Targets.HARD ? hot(labels[e / classes], e % classes) : labels[e];
                }
                yield new DoubleLoss(rows, classes, List.of(new Term(1, l.temperature(), targets, 0, 0)));
            }
            case Loss.Distillation l -> distillation(l, rows, classes, labels);
        };
    }

    private static DoubleLoss distillation(Loss.Distillation loss, int rows, int classes, float[] labels) {
        if (!loss.divergence().equals(new Divergence.SoftTargets())) {
            throw new IllegalArgumentException("no sum of cross-entropies: " + loss);
        }
        double[] soft = new double[rows * classes];
        double[] hard = new double[rows * classes];
        double largest = 0;
        for (int i = 0; i < rows; i++) {
            int from = i * (classes + 1);
            double[] v = IntStream.range(from, from + classes)
                    .mapToDouble(e -> labels[e])
                    .toArray();
            double[] logP = logSoftmax(v, 0, classes, loss.temperature());
            for (int c = 0; c < classes; c++) {
                soft[i * classes + c] = Math.exp(logP[c]);
                hard[i * classes + c] = hot(labels[from + classes], c);
                largest = Math.max(largest, Math.abs(v[c]));
            }
        }
        double t = loss.temperature();
        return new DoubleLoss(
                rows,
                classes,
                List.of(
                        new Term(loss.hardShare(), 1, hard, 2, largest),
                        new Term((1 - (double) loss.hardShare()) * t * t, t, soft, 3, largest)));
    }

    private static double hot(float label, int c) {
        return label == c ? 1 : 0;
    }

    /** The sum of a row's targets. */
    double mass(Term term, int i) {
        double mass = 0;
        for (int c = 0; c < classes; c++) {
            mass += term.targets()[i * classes + c];
        }
        return mass;
    }

    double of(double[] logits) {
        double sum = 0;
        for (Term term : terms) {
            for (int i = 0; i < rows; i++) {
                double[] logP = logProbabilities(term, logits, i);
                for (int c = 0; c < classes; c++) {
                    sum -= term.weight() * term.targets()[i * classes + c] * logP[c];
                }
            }
        }
        return sum / rows;
    }

    double[] logProbabilities(Term term, double[] logits, int i) {
        return logSoftmax(logits, i * classes, classes, term.temperature());
    }

    private static double[] logSoftmax(double[] logits, int from, int classes, double temperature) {
        double[] z = new double[classes];
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < z.length; c++) {
            z[c] = logits[from + c] / temperature;
            largest = Math.max(largest, z[c]);
        }
        double sum = 0;
        for (double value : z) {
            sum += Math.exp(value - largest);
        }
        double logSum = largest + Math.log(sum);
        for (int c = 0; c < z.length; c++) {
            z[c] -= logSum;
        }
        return z;
    }
}
