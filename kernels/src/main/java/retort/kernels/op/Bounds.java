package retort.kernels.op;

import java.util.List;

/** The building blocks of error bounds; what a spec states in words is computed with these. */
final class Bounds {
    /** Half a unit in the last place of 1: what one rounding to float32 may add, relative. */
    static final double EPS = 0x1p-24;

    private Bounds() {}

    /** Of every operand 0: what is not a result keeps its bits, and so does a result that must be exact. */
    static double[][] exact(List<Operand> operands) {
        return operands.stream()
                .map(operand -> new double[operand.shape().size()])
                .toArray(double[][]::new);
    }

    static float[] absolute(float[] x) {
        float[] y = new float[x.length];
        for (int e = 0; e < y.length; e++) {
            y[e] = Math.abs(x[e]);
        }
        return y;
    }

    static double largest(float[] x, int from, int to) {
        double largest = 0;
        for (int e = from; e < to; e++) {
            largest = Math.max(largest, Math.abs(x[e]));
        }
        return largest;
    }

    /**
     * 2 (terms + 2) eps times sums of absolute values and (terms + 2) 2^-149 times their factor, carried through an
     * epilogue.
     *
     * @param sums of the absolute values of what was added up for each element
     * @param factor that the sums are multiplied by once they are added up
     * @param bias of the epilogue, if it has one
     */
    static double[] ofSums(float[] sums, int terms, double factor, Epilogue epilogue, float[] bias) {
        double[] bound = new double[sums.length];
        double underflow = (terms + 2L) * (double) Float.MIN_VALUE * Math.max(1, factor);
        for (int e = 0; e < bound.length; e++) {
            double error = 2 * (terms + 2L) * EPS * sums[e] + underflow;
            double largest = sums[e] + (epilogue.bias() ? Math.abs(bias[e % bias.length]) : 0);
            // Each step of the epilogue is rounded once here and once in the definition.
            error += epilogue.bias() ? 2 * EPS * largest : 0;
            error += epilogue.scale() != 1 ? 2 * EPS * largest : 0;
            bound[e] = error * epilogue.scale() * (1 + 2 * EPS);
        }
        return bound;
    }

    /** R(T) = (classes + 8 + 4 m / T) 2^-23: the relative error of a softmax over logits of at most m. */
    static double ofSoftmax(int classes, double largestLogit, double temperature) {
        return (classes + 8 + 4 * largestLogit / temperature) * 2 * EPS;
    }
}
