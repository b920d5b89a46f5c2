package retort.kernels;

import java.util.Arrays;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.scalar.ScalarBackend;

/** How far a result may be from the double-precision reference: derived from the operation's sums, per element. */
public final class Bounds {
    private static final double EPS = 0x1p-24;

    private Bounds() {}

    /** Bounds for every operand of a case, in its order; 0 where the result must be exact (inputs too). */
    public static double[][] of(OpCase op, float[][] inputs) {
        double[][] bounds = new double[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            bounds[i] = new double[inputs[i].length];
        }
        switch (op.spec()) {
            case GemmSpec s -> bounds[2] = gemm(s, inputs);
            case GemmAdamSpec s -> {
                float[] gradient = reference(s.gemm(), inputs[0], inputs[1], new float[inputs[2].length]);
                double[] gradientBound =
                        gemm(s.gemm(), new float[][] {inputs[0], inputs[1], new float[inputs[2].length]});
                adam(s.adam(), inputs[2], gradient, gradientBound, inputs[3], inputs[4], bounds, 2, 3, 4);
            }
            case Conv2dSpec s -> conv2d(s, inputs, bounds);
            case SoftmaxSpec s -> bounds[1] = softmax(s.classes(), s.temperature(), inputs[0]);
            case CrossEntropySpec s -> crossEntropy(s, inputs, bounds);
            case DistillationSpec s -> distillation(s, inputs, bounds);
            case ColumnSumSpec s -> {
                for (int e = 0; e < inputs[0].length; e++) {
                    bounds[1][e % s.columns()] += s.rows() * EPS * Math.abs(inputs[0][e]);
                }
            }
            case AdamSpec s ->
                adam(s, inputs[0], inputs[1], new double[s.count()], inputs[2], inputs[3], bounds, 0, 2, 3);
            case SgdSpec s -> {
                for (int e = 0; e < s.count(); e++) {
                    double terms = Math.abs(s.momentum() * inputs[2][e]) + Math.abs(s.rate() * inputs[1][e]);
                    bounds[2][e] = 3 * EPS * terms;
                    bounds[0][e] = bounds[2][e] + 2 * EPS * (Math.abs(inputs[0][e]) + terms);
                }
            }
            case MaxNormSpec s -> {
                for (int e = 0; e < inputs[0].length; e++) {
                    bounds[0][e] = (s.inputs() + 8) * EPS * Math.abs(inputs[0][e]);
                }
            }
            case ArgmaxSpec s -> {}
            case BiasSpec s -> {}
            case DropoutSpec s -> {}
            case ReluSpec s -> {}
        }
        return bounds;
    }

    /** 2 (k + 2) eps (|alpha| |A| |B| + |beta| |C|), carried through the epilogue. */
    private static double[] gemm(GemmSpec s, float[][] inputs) {
        GemmSpec absolute = GemmSpec.of(s.m(), s.n(), s.k(), s.transA(), s.transB())
                .scaled(Math.abs(s.alpha()), Math.abs(s.beta()));
        float[] sums = reference(absolute, absolute(inputs[0]), absolute(inputs[1]), absolute(inputs[2]));
        return epilogue(s.epilogue(), sums, s.k(), inputs);
    }

    private static double[] epilogue(Epilogue epilogue, float[] sums, int terms, float[][] inputs) {
        double[] bound = new double[sums.length];
        for (int e = 0; e < bound.length; e++) {
            double error = 2 * (terms + 2) * EPS * sums[e];
            if (epilogue.bias()) {
                error += 2 * EPS * (sums[e] + Math.abs(inputs[3][e % inputs[3].length]));
            }
            bound[e] = error * epilogue.scale() * (1 + 2 * EPS);
        }
        return bound;
    }

    private static void conv2d(Conv2dSpec s, float[][] inputs, double[][] bounds) {
        OpCase absolute = OpCase.of(s.with(Epilogue.NONE)).getFirst();
        float[][] operands = {absolute(inputs[0]), absolute(inputs[1]), absolute(inputs[2])};
        float[][] sums = absolute.run(new ScalarBackend(), operands);
        int result = switch (s.pass()) {
            case INPUT_GRADIENT -> 0;
            case FILTER_GRADIENT -> 1;
            case FORWARD -> 2;
        };
        bounds[result] = epilogue(s.epilogue(), sums[result], s.terms(), inputs);
    }

    /** (classes + 8 + 4 max |z| / T) 2^-23 of each probability, and one smallest normal number. */
    private static double[] softmax(int classes, float temperature, float[] logits) {
        SoftmaxSpec s = new SoftmaxSpec(logits.length / classes, classes, temperature);
        float[] p =
                OpCase.of(s).getFirst().run(new ScalarBackend(), new float[][] {logits, new float[logits.length]})[1];
        double[] bound = new double[p.length];
        for (int e = 0; e < p.length; e++) {
            bound[e] = relative(classes, temperature, logits, e / classes) * p[e] + Float.MIN_NORMAL;
        }
        return bound;
    }

    private static double relative(int classes, float temperature, float[] logits, int row) {
        double largest = 0;
        for (int c = 0; c < classes; c++) {
            largest = Math.max(largest, Math.abs(logits[row * classes + c]));
        }
        return (classes + 8 + 4 * largest / temperature) * 2 * EPS;
    }

    private static void crossEntropy(CrossEntropySpec s, float[][] inputs, double[][] bounds) {
        boolean hard = s.targets() == CrossEntropySpec.Targets.HARD;
        double[] p = softmax(s.classes(), s.temperature(), inputs[0]);
        double share = 1.0 / (s.temperature() * s.rows());
        for (int e = 0; e < p.length; e++) {
            double t = hard ? 1 : inputs[1][e];
            bounds[2][e] = share * (p[e] * (1 + 8 * EPS) + 8 * EPS * (1 + t));
        }
        for (int i = 0; i < s.rows(); i++) {
            double relative = relative(s.classes(), s.temperature(), inputs[0], i);
            bounds[3][2 * i] = 2 * relative + 2 * EPS * s.classes() * 16;
        }
    }

    /** As {@link DistillationSpec} states it, row by row. */
    private static void distillation(DistillationSpec s, float[][] inputs, double[][] bounds) {
        int n = s.classes();
        for (int i = 0; i < s.rows(); i++) {
            float[] z = Arrays.copyOfRange(inputs[0], i * n, (i + 1) * n);
            float[] v = Arrays.copyOfRange(inputs[1], i * (n + 1), i * (n + 1) + n);
            double m = Math.max(largest(z), largest(v));
            double t = s.temperature();
            double loss = 3 * t * t * relativeTo(m, n, t) * (1 + logRange(m, n, t));
            double gradient = 3 * t * relativeTo(m, n, t);
            switch (s.divergence()) {
                case Divergence.SoftTargets d -> {}
                case Divergence.Decoupled d -> {
                    loss *= d.targetWeight() + d.nonTargetWeight();
                    gradient *= d.targetWeight() + d.nonTargetWeight();
                }
                case Divergence.Standardized d -> {
                    double spread = (n + 12) * Math.sqrt(n) / 4;
                    loss = 3 * t * t * relativeTo(spread, n, t) * (1 + logRange(spread, n, t));
                    gradient = 12 * t * relativeTo(spread, n, t) / sigma(z);
                }
                case Divergence.LogitError d -> {
                    loss = (n + 8) * m * m * 2 * EPS;
                    gradient = 8 * m * EPS / n;
                }
            }
            double hard = 2 * s.hardShare() * relativeTo(m, n, 1);
            bounds[3][2 * i] = hard * (1 + logRange(m, n, 1)) + (1 - s.hardShare()) * loss;
            for (int c = 0; c < n; c++) {
                bounds[2][i * n + c] = (hard + (1 - s.hardShare()) * gradient) / s.rows();
            }
        }
    }

    /** R(T) of {@link DistillationSpec}. */
    private static double relativeTo(double m, int classes, double t) {
        return (classes + 8 + 4 * m / t) * 2 * EPS;
    }

    /** L(T) of {@link DistillationSpec}. */
    private static double logRange(double m, int classes, double t) {
        return 2 * m / t + Math.log(classes);
    }

    private static double largest(float[] x) {
        double largest = 0;
        for (float value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double sigma(float[] x) {
        double sum = 0;
        double squares = 0;
        for (float value : x) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / x.length;
        return Math.sqrt(squares / x.length - mean * mean + Divergence.Standardized.VARIANCE_FLOOR);
    }

    /** Propagates the gradient's error through m, v and the quotient, to first order with a margin of 1 %. */
    private static void adam(
            AdamSpec s,
            float[] w,
            float[] g,
            double[] gBound,
            float[] m,
            float[] v,
            double[][] bounds,
            int wAt,
            int mAt,
            int vAt) {
        double step = s.stepSize(OpCase.ADAM_STEP);
        for (int e = 0; e < s.count(); e++) {
            double gm = (1 - s.beta1()) * Math.abs(g[e]);
            double gv = (1 - s.beta2()) * g[e] * g[e];
            double newM = Math.abs(s.beta1() * m[e]) + gm;
            double newV = s.beta2() * v[e] + gv;
            double mError = (1 - s.beta1()) * gBound[e] + 4 * EPS * newM;
            double vError = (1 - s.beta2()) * gBound[e] * (2 * Math.abs(g[e]) + gBound[e]) + 4 * EPS * newV;
            double root = Math.sqrt(newV);
            double divisor = root + s.epsilon();
            double change = step * newM / divisor;
            double changeError =
                    step * (mError / divisor + newM * vError / (2 * root * divisor * divisor)) + 8 * EPS * change;
            bounds[mAt][e] = 1.01 * mError;
            bounds[vAt][e] = 1.01 * vError;
            bounds[wAt][e] = 1.01 * changeError + 2 * EPS * (Math.abs(w[e]) + change);
        }
    }

    private static float[] reference(GemmSpec s, float[] a, float[] b, float[] c) {
        return OpCase.of(s).getFirst().run(new ScalarBackend(), new float[][] {a, b, c})[2];
    }

    private static float[] absolute(float[] x) {
        float[] y = Arrays.copyOf(x, x.length);
        for (int e = 0; e < y.length; e++) {
            y[e] = Math.abs(y[e]);
        }
        return y;
    }
}
