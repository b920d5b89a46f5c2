package retort.nn;

import retort.kernels.CrossEntropySpec;
import retort.kernels.CrossEntropySpec.Targets;

/**
 * Cross-entropy of softmax(z / T) in double precision, as a mean over the rows.
 *
 * @param labels class indices or soft targets, as the engines get them
 */
record DoubleLoss(CrossEntropySpec spec, float[] labels) {
    double target(int i, int c) {
        return spec.targets() == Targets.HARD ? (labels[i] == c ? 1 : 0) : labels[i * spec.classes() + c];
    }

    /** The sum of a row's targets. */
    double mass(int i) {
        double mass = 0;
        for (int c = 0; c < spec.classes(); c++) {
            mass += target(i, c);
        }
        return mass;
    }

    double of(double[] logits) {
        double sum = 0;
        for (int i = 0; i < spec.rows(); i++) {
            double[] logP = logProbabilities(logits, i);
            for (int c = 0; c < logP.length; c++) {
                sum -= target(i, c) * logP[c];
            }
        }
        return sum / spec.rows();
    }

    double[] logProbabilities(double[] logits, int i) {
        double[] z = new double[spec.classes()];
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < z.length; c++) {
            z[c] = logits[i * z.length + c] / spec.temperature();
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
