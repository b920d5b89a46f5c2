package retort.kernels.scalar;

import java.util.Arrays;
import retort.kernels.Backend;
import retort.kernels.Engine;
import retort.kernels.Tiling;
import retort.kernels.engine.HostActivation;
import retort.kernels.engine.HostBackend;
import retort.kernels.engine.HostDistillation;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.ElementType;
import retort.kernels.op.GatherSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.op.StridedCopySpec;
import retort.kernels.op.UpdateSpec;

/**
 * The definition of every operation, to be read beside its spec and to test other engines against. Sums are kept in
 * double and rounded once; there are no tricks.
 */
final class ScalarBackend extends HostBackend {
    /** Packed tensors lie in row-major order like any other. */
    ScalarBackend() {
        this(null);
    }

    private ScalarBackend(ScalarBackend origin) {
        super(HostTensor.ROW_MAJOR, origin);
    }

    @Override
    public Engine engine() {
        return Engine.CPU_SCALAR;
    }

    @Override
    public String device() {
        return "plain Java, double accumulation";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Tiling tiling() {
        return Tiling.NONE;
    }

    @Override
    protected Backend doSibling(int threads) {
        return new ScalarBackend(this);
    }

    @Override
    protected Runnable prepare(Spec spec, Operands<HostTensor> o) {
        return switch (spec) {
            case ActivationSpec s ->
                switch (s.pass()) {
                    case FORWARD -> () -> activation(s, o.get(0), o.get(1));
                    case GRADIENT -> () -> activationGradient(s, o.get(0), o.get(1), o.get(2));
                };
            case AdamSpec s -> () -> adam(s, o.get(0), o.get(1), o.get(2), o.get(3), s.stepSize(o.step()));
            case AddSpec s -> () -> add(s, o.get(0), o.get(1), o.get(2));
            case ArgmaxSpec s -> () -> argmax(s, o.get(0), o.get(1));
            case BiasBackwardSpec s -> () -> biasBackward(s, o);
            case ArithmeticSpec s -> () -> arithmetic(s, o.get(0), o.get(1), o.get(2));
            case BatchNormSpec s -> () -> new ScalarBatchNorm(s).run(o);
            case BiasSpec s -> () -> addBias(s, o.get(0), o.get(1));
            case ColumnSumSpec s -> () -> columnSums(s, o.get(0), o.get(1));
            case Conv2dSpec s -> () -> ScalarConv2d.dense(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case CrossEntropySpec s -> () -> crossEntropy(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case DenseBackwardSpec s -> () -> denseBackward(s, o);
            case DepthwiseConv2dSpec s ->
                () -> ScalarConv2d.depthwise(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case DistillationSpec s -> () -> distillation(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case DropoutSpec s -> () -> dropout(s, o.key(), o.get(0), o.get(1));
            case GatherSpec s -> () -> gather(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case GemmSpec s -> () -> gemm(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case MaxNormSpec s -> () -> maxNorm(s, o.get(0));
            case Pool2dSpec s -> () -> new ScalarPool2d(s).run(o);
            case ReluSpec s ->
                switch (s.pass()) {
                    case FORWARD -> () -> relu(s, o.get(0), o.get(1));
                    case GRADIENT -> () -> reluGradient(s, o.get(0), o.get(1), o.get(2));
                };
            case SgdSpec s -> () -> sgd(s, o.get(0), o.get(1), o.get(2));
            case SoftmaxSpec s -> () -> softmax(s, o.get(0), o.get(1));
            case StridedCopySpec s -> () -> stridedCopy(s, o.get(0), o.get(1));
        };
    }

    private static void gemm(GemmSpec spec, HostTensor a, HostTensor b, HostTensor c, Fused<HostTensor> fused) {
        HostTensor wideB = spec.typeB() == ElementType.FLOAT32 ? b : b.widened();
        double[] row = new double[spec.n()];
        for (int i = 0; i < spec.m(); i++) {
            productRow(spec, a, wideB, i, row);
            int at = c.offset() + i * spec.n();
            for (int j = 0; j < spec.n(); j++) {
                double scaled = spec.alpha() * row[j];
                row[j] = spec.beta() == 0 ? scaled : scaled + (double) spec.beta() * c.array()[at + j];
            }
            ScalarEpilogue.store(spec.epilogue(), fused, row, c, i * spec.n());
        }
    }

    private static void denseBackward(DenseBackwardSpec spec, Operands<HostTensor> o) {
        HostTensor x = o.get(0);
        HostTensor dY = o.get(1);
        HostTensor w = o.get(2);
        if (spec.inputGradient()) {
            HostTensor dX = o.get(3 + spec.update().stateTensors());
            gemm(spec.inputProduct(), dY, w, dX, Fused.gate(x));
        }
        double[] row = new double[spec.units()];
        for (int i = 0; i < spec.inputs(); i++) {
            productRow(spec.weightProduct(), x, dY, i, row);
            for (int j = 0; j < spec.units(); j++) {
                int element = i * spec.units() + j;
                update(spec.update(), (float) row[j], o, 2, element);
            }
        }
    }

    /** Of one parameter; the tensors of parameters and state are the operands from {@code w} on. */
    private static void update(UpdateSpec spec, float gradient, Operands<HostTensor> o, int w, int element) {
        switch (spec) {
            case AdamSpec s -> adam(s, gradient, o.get(w), o.get(w + 1), o.get(w + 2), element, s.stepSize(o.step()));
            case SgdSpec s -> sgd(s, gradient, o.get(w), o.get(w + 1), element);
        }
    }

    /** Row i of op(A) op(B). */
    private static void productRow(GemmSpec spec, HostTensor a, HostTensor b, int i, double[] row) {
        Arrays.fill(row, 0);
        for (int p = 0; p < spec.k(); p++) {
            double aip = a.array()[a.offset() + (spec.transA() ? p * spec.m() + i : i * spec.k() + p)];
            float[] bs = b.array();
            if (spec.transB()) {
                for (int j = 0; j < spec.n(); j++) {
                    row[j] += aip * bs[b.offset() + j * spec.k() + p];
                }
            } else {
                int from = b.offset() + p * spec.n();
                for (int j = 0; j < spec.n(); j++) {
                    row[j] += aip * bs[from + j];
                }
            }
        }
    }

    private static void arithmetic(ArithmeticSpec spec, HostTensor a, HostTensor b, HostTensor y) {
        for (int e = 0; e < spec.count(); e++) {
            float left = a.array()[a.offset() + e];
            float right = b.array()[b.offset() + e % spec.period()];
            y.array()[y.offset() + e] = switch (spec.operator()) {
                case ADD -> left + right;
                case SUBTRACT -> left - right;
                case MULTIPLY -> left * right;
                case DIVIDE -> left / right;
                case MINIMUM -> right < left ? right : left;
                case MAXIMUM -> right > left ? right : left;
            };
        }
    }

    private static void stridedCopy(StridedCopySpec spec, HostTensor x, HostTensor y) {
        for (int e = 0; e < spec.count(); e++) {
            int from = x.offset() + spec.from();
            int to = y.offset() + spec.to();
            int rest = e;
            for (StridedCopySpec.Axis axis : spec.axes().reversed()) {
                from += rest % axis.extent() * axis.xStride();
                to += rest % axis.extent() * axis.yStride();
                rest /= axis.extent();
            }
            y.array()[to] = x.array()[from];
        }
    }

    private static void gather(GatherSpec spec, HostTensor x, HostTensor images, HostTensor moves, HostTensor y) {
        int rowSize = spec.width() * spec.channels();
        for (int e = 0; e < y.size(); e++) {
            int i = e / spec.imageSize();
            float image = images.array()[images.offset() + i];
            float down = moves.array()[moves.offset() + 2 * i];
            float right = moves.array()[moves.offset() + 2 * i + 1];
            int row = e / rowSize % spec.height() - (int) down;
            int column = e / spec.channels() % spec.width() - (int) right;
            boolean isThere = spec.shows(image, down, right)
                    && row >= 0
                    && row < spec.height()
                    && column >= 0
                    && column < spec.width();
            int pixel = ((int) image * spec.height() + row) * spec.width() + column;
            y.array()[y.offset() + e] =
                    isThere ? x.array()[x.offset() + pixel * spec.channels() + e % spec.channels()] : 0;
        }
    }

    private static void softmax(SoftmaxSpec spec, HostTensor logits, HostTensor probabilities) {
        double[] p = new double[spec.classes()];
        for (int i = 0; i < spec.rows(); i++) {
            double logDenominator = softmaxRow(logits, i * p.length, spec.temperature(), p);
            for (int c = 0; c < p.length; c++) {
                double z = logits.array()[logits.offset() + i * p.length + c];
                double result = spec.log() ? z / spec.temperature() - logDenominator : p[c];
                probabilities.array()[probabilities.offset() + i * p.length + c] = (float) result;
            }
        }
    }

    /** Fills p with the softmax of the row of z that starts at {@code first}; returns the log of its denominator. */
    private static double softmaxRow(HostTensor z, int first, float temperature, double[] p) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < p.length; c++) {
            p[c] = (double) z.array()[z.offset() + first + c] / temperature;
            largest = Math.max(largest, p[c]);
        }
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            p[c] = Math.exp(p[c] - largest);
            sum += p[c];
        }
        for (int c = 0; c < p.length; c++) {
            p[c] /= sum;
        }
        return largest + Math.log(sum);
    }

    private static void crossEntropy(
            CrossEntropySpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        int classes = spec.classes();
        double[] p = new double[classes];
        float[] t = new float[classes];
        for (int i = 0; i < spec.rows(); i++) {
            targetRow(spec, targets, i, t);
            double logDenominator = softmaxRow(logits, i * classes, spec.temperature(), p);
            double mass = 0;
            double loss = 0;
            for (int c = 0; c < classes; c++) {
                mass += t[c];
                if (t[c] != 0) {
                    double z = logits.array()[logits.offset() + i * classes + c];
                    loss -= t[c] * (z / spec.temperature() - logDenominator);
                }
            }
            for (int c = 0; c < classes; c++) {
                double gradient = (p[c] * mass - t[c]) / ((double) spec.temperature() * spec.rows());
                dLogits.array()[dLogits.offset() + i * classes + c] = (float) gradient;
            }
            boolean hit = argmaxRow(logits.array(), logits.offset() + i * classes, classes) == argmaxRow(t, 0, classes);
            outcome.array()[outcome.offset() + 2 * i] = (float) loss;
            outcome.array()[outcome.offset() + 2 * i + 1] = hit ? 1 : 0;
        }
    }

    private static void targetRow(CrossEntropySpec spec, HostTensor targets, int i, float[] t) {
        for (int c = 0; c < t.length; c++) {
            t[c] = switch (spec.targets()) {
                case HARD -> targets.array()[targets.offset() + i] == c ? 1 : 0;
                case SOFT -> targets.array()[targets.offset() + i * t.length + c];
            };
        }
    }

    private static void distillation(
            DistillationSpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        HostDistillation rows = new HostDistillation(spec);
        for (int i = 0; i < spec.rows(); i++) {
            rows.row(i, logits, targets, dLogits, outcome);
        }
    }

    private static void addBias(BiasSpec spec, HostTensor x, HostTensor bias) {
        for (int e = 0; e < x.size(); e++) {
            x.array()[x.offset() + e] += bias.array()[bias.offset() + e % spec.columns()];
        }
    }

    private static void columnSums(ColumnSumSpec spec, HostTensor x, HostTensor sums) {
        for (int j = 0; j < spec.columns(); j++) {
            sums.array()[sums.offset() + j] = columnSum(spec, x, j);
        }
    }

    private static float columnSum(ColumnSumSpec spec, HostTensor x, int j) {
        double sum = 0;
        for (int i = 0; i < spec.rows(); i++) {
            sum += x.array()[x.offset() + i * spec.columns() + j];
        }
        return (float) sum;
    }

    private static void biasBackward(BiasBackwardSpec spec, Operands<HostTensor> o) {
        for (int j = 0; j < spec.columns(); j++) {
            update(spec.update(), columnSum(spec.sums(), o.get(0), j), o, 1, j);
        }
    }

    private static void add(AddSpec spec, HostTensor a, HostTensor b, HostTensor y) {
        for (int e = 0; e < spec.count(); e++) {
            float sum = a.array()[a.offset() + e] + b.array()[b.offset() + e];
            y.array()[y.offset() + e] = spec.relu() ? Math.max(sum, 0) : sum;
        }
    }

    private static void relu(ReluSpec spec, HostTensor x, HostTensor y) {
        for (int e = 0; e < spec.count(); e++) {
            y.array()[y.offset() + e] = Math.max(x.array()[x.offset() + e], 0);
        }
    }

    private static void reluGradient(ReluSpec spec, HostTensor y, HostTensor dY, HostTensor dX) {
        for (int e = 0; e < spec.count(); e++) {
            dX.array()[dX.offset() + e] = y.array()[y.offset() + e] > 0 ? dY.array()[dY.offset() + e] : 0;
        }
    }

    private static void activation(ActivationSpec spec, HostTensor x, HostTensor y) {
        for (int e = 0; e < spec.count(); e++) {
            y.array()[y.offset() + e] = (float) HostActivation.value(spec.kind(), x.array()[x.offset() + e]);
        }
    }

    private static void activationGradient(ActivationSpec spec, HostTensor at, HostTensor dY, HostTensor dX) {
        for (int e = 0; e < spec.count(); e++) {
            double slope = HostActivation.derivative(spec.kind(), at.array()[at.offset() + e]);
            dX.array()[dX.offset() + e] = (float) (dY.array()[dY.offset() + e] * slope);
        }
    }

    private static void dropout(DropoutSpec spec, DropoutKey key, HostTensor x, HostTensor y) {
        int[] words = new int[4];
        for (int e = 0; e < spec.count(); e++) {
            boolean dropped = ScalarEpilogue.isDropped(key, spec.rate(), e, words);
            y.array()[y.offset() + e] = dropped ? 0 : x.array()[x.offset() + e] * spec.scale();
        }
    }

    private static void argmax(ArgmaxSpec spec, HostTensor x, HostTensor indices) {
        for (int i = 0; i < spec.rows(); i++) {
            indices.array()[indices.offset() + i] =
                    argmaxRow(x.array(), x.offset() + i * spec.columns(), spec.columns());
        }
    }

    /** Index of the largest element, the lowest among equals; any number is larger than NaN. */
    private static int argmaxRow(float[] x, int from, int count) {
        int best = 0;
        for (int c = 1; c < count; c++) {
            float next = x[from + c];
            if (next > x[from + best] || Float.isNaN(x[from + best]) && !Float.isNaN(next)) {
                best = c;
            }
        }
        return best;
    }

    private static void adam(
            AdamSpec spec, HostTensor w, HostTensor gradient, HostTensor m, HostTensor v, float stepSize) {
        for (int e = 0; e < spec.count(); e++) {
            adam(spec, gradient.array()[gradient.offset() + e], w, m, v, e, stepSize);
        }
    }

    private static void adam(
            AdamSpec spec, float gradient, HostTensor w, HostTensor m, HostTensor v, int element, float stepSize) {
        float before = w.array()[w.offset() + element];
        double g = decayed(spec, gradient, before);
        double newM = floored((double) spec.beta1() * m.array()[m.offset() + element] + (1 - spec.beta1()) * g);
        double newV = floored((double) spec.beta2() * v.array()[v.offset() + element] + (1 - spec.beta2()) * g * g);
        m.array()[m.offset() + element] = (float) newM;
        v.array()[v.offset() + element] = (float) newV;
        float change = (float) (stepSize * newM / (Math.sqrt(newV) + spec.epsilon()));
        w.array()[w.offset() + element] = (float) ((double) spec.kept() * before - change);
    }

    /** The gradient that a step is made with, for a parameter before it. */
    private static double decayed(UpdateSpec spec, float gradient, float before) {
        return spec.decay().isNone()
                ? gradient
                : gradient + (double) spec.decay().penalty() * before;
    }

    private static double floored(double state) {
        return Math.abs(state) < Spec.STATE_FLOOR ? 0 : state;
    }

    private static void sgd(SgdSpec spec, HostTensor w, HostTensor gradient, HostTensor velocity) {
        for (int e = 0; e < spec.count(); e++) {
            sgd(spec, gradient.array()[gradient.offset() + e], w, velocity, e);
        }
    }

    private static void sgd(SgdSpec spec, float gradient, HostTensor w, HostTensor velocity, int element) {
        float before = w.array()[w.offset() + element];
        double rate = spec.rate();
        double g = decayed(spec, gradient, before);
        double v = floored((double) spec.momentum() * velocity.array()[velocity.offset() + element] - rate * g);
        velocity.array()[velocity.offset() + element] = (float) v;
        float change = (float) (spec.nesterov() ? spec.momentum() * v - rate * g : v);
        w.array()[w.offset() + element] = (float) ((double) spec.kept() * before + change);
    }

    private static void maxNorm(MaxNormSpec spec, HostTensor w) {
        for (int j = 0; j < spec.units(); j++) {
            double squares = 0;
            for (int at = w.offset() + j; at < w.end(); at += spec.units()) {
                squares += (double) w.array()[at] * w.array()[at];
            }
            double norm = Math.sqrt(squares);
            if (norm > spec.limit() && squares <= Float.MAX_VALUE) {
                for (int at = w.offset() + j; at < w.end(); at += spec.units()) {
                    w.array()[at] = (float) (w.array()[at] * (spec.limit() / norm));
                }
            }
        }
    }
}
