package retort.kernels.engine;

import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Shape;
import retort.kernels.op.SoftmaxSpec;

/**
 * The part of a backend that is the same for all engines: it holds every call against its spec, and hands an engine
 * operands of its own type that are known to fit.
 *
 * @param <T> the engine's tensor
 */
public abstract class CheckedBackend<T extends Tensor> implements Backend, Scope.Storage {
    private final Class<T> type;

    protected CheckedBackend(Class<T> type) {
        this.type = type;
    }

    /** The tensors that an epilogue reads, checked; null where its record asks for none. */
    public record Fused<T extends Tensor>(T bias, DropoutKey dropoutKey, T gate) {}

    @Override
    public final Scope scope() {
        return new Scope(this, this);
    }

    @Override
    public final void upload(float[] source, int offset, Tensor destination) {
        T to = own("upload", "destination", destination);
        range("upload", source, offset, to);
        doUpload(source, offset, to);
    }

    @Override
    public final void download(Tensor source, float[] destination, int offset) {
        T from = own("download", "source", source);
        range("download", destination, offset, from);
        doDownload(from, destination, offset);
    }

    @Override
    public final void fill(Tensor x, float value) {
        doFill(own("fill", "x", x), value);
    }

    @Override
    public final void copy(Tensor x, Tensor y) {
        T from = own("copy", "x", x);
        T to = own("copy", "y", y);
        if (x.shape().size() != y.shape().size()) {
            throw new IllegalArgumentException("copy: x is " + x.shape() + ", y is " + y.shape());
        }
        apart("copy", to, from);
        doCopy(from, to);
    }

    @Override
    public final void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c, Epilogue.Operands operands) {
        T ownA = operand("gemm", "A", a, spec.aShape());
        T ownB = operand("gemm", "B", b, spec.bShape(), spec.packedB());
        T ownC = operand("gemm", "C", c, spec.cShape());
        apart("gemm", ownC, ownA, ownB);
        doGemm(spec, ownA, ownB, ownC, fused("gemm", spec.epilogue(), operands, ownC));
    }

    @Override
    public final void gemmAdam(GemmAdamSpec spec, Tensor a, Tensor b, Tensor w, Tensor m, Tensor v, int step) {
        GemmSpec gemm = spec.gemm();
        T ownA = operand("gemm-adam", "A", a, gemm.aShape());
        T ownB = operand("gemm-adam", "B", b, gemm.bShape());
        T ownW = operand("gemm-adam", "w", w, gemm.cShape(), spec.packed());
        T ownM = operand("gemm-adam", "m", m, gemm.cShape(), spec.packed());
        T ownV = operand("gemm-adam", "v", v, gemm.cShape(), spec.packed());
        apart("gemm-adam", ownW, ownA, ownB, ownM, ownV);
        apart("gemm-adam", ownM, ownA, ownB, ownV);
        apart("gemm-adam", ownV, ownA, ownB);
        doGemmAdam(spec, ownA, ownB, ownW, ownM, ownV, spec.adam().stepSize(step));
    }

    @Override
    public final void conv2d(Conv2dSpec spec, Tensor x, Tensor filter, Tensor y, Epilogue.Operands operands) {
        T ownX = operand("conv2d", "x", x, spec.xShape());
        T ownFilter = operand("conv2d", "filter", filter, spec.filterShape());
        T ownY = operand("conv2d", "y", y, spec.yShape());
        T result = switch (spec.pass()) {
            case FORWARD -> ownY;
            case INPUT_GRADIENT -> ownX;
            case FILTER_GRADIENT -> ownFilter;
        };
        apart("conv2d", ownX, ownFilter, ownY);
        apart("conv2d", ownFilter, ownY);
        doConv2d(spec, ownX, ownFilter, ownY, fused("conv2d", spec.epilogue(), operands, result));
    }

    @Override
    public final void softmax(SoftmaxSpec spec, Tensor logits, Tensor probabilities) {
        T z = operand("softmax", "logits", logits, spec.shape());
        T p = operand("softmax", "probabilities", probabilities, spec.shape());
        apart("softmax", p, z);
        doSoftmax(spec, z, p);
    }

    @Override
    public final void crossEntropy(
            CrossEntropySpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
        T z = operand("cross-entropy", "logits", logits, spec.logitsShape());
        T t = operand("cross-entropy", "targets", targets, spec.targetsShape());
        T dZ = operand("cross-entropy", "dLogits", dLogits, spec.logitsShape());
        T result = operand("cross-entropy", "outcome", outcome, spec.outcomeShape());
        apart("cross-entropy", dZ, z, t, result);
        apart("cross-entropy", result, z, t);
        doCrossEntropy(spec, z, t, dZ, result);
    }

    @Override
    public final void distillation(
            DistillationSpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
        T z = operand("distillation", "logits", logits, spec.logitsShape());
        T t = operand("distillation", "targets", targets, spec.targetsShape());
        T dZ = operand("distillation", "dLogits", dLogits, spec.logitsShape());
        T result = operand("distillation", "outcome", outcome, spec.outcomeShape());
        apart("distillation", dZ, z, t, result);
        apart("distillation", result, z, t);
        doDistillation(spec, z, t, dZ, result);
    }

    @Override
    public final void addBias(BiasSpec spec, Tensor x, Tensor bias) {
        T ownX = operand("bias", "x", x, spec.xShape());
        T ownBias = operand("bias", "bias", bias, spec.biasShape());
        apart("bias", ownX, ownBias);
        doAddBias(spec, ownX, ownBias);
    }

    @Override
    public final void columnSums(ColumnSumSpec spec, Tensor x, Tensor sums) {
        T ownX = operand("column-sum", "x", x, spec.xShape());
        T ownSums = operand("column-sum", "sums", sums, spec.sumsShape());
        apart("column-sum", ownSums, ownX);
        doColumnSums(spec, ownX, ownSums);
    }

    @Override
    public final void relu(ReluSpec spec, Tensor x, Tensor y) {
        T ownX = elements("relu", "x", x, spec.count());
        T ownY = elements("relu", "y", y, spec.count());
        apart("relu", ownY, ownX);
        doRelu(spec, ownX, ownY);
    }

    @Override
    public final void reluGradient(ReluSpec spec, Tensor y, Tensor dY, Tensor dX) {
        T ownY = elements("relu gradient", "y", y, spec.count());
        T ownDy = elements("relu gradient", "dY", dY, spec.count());
        T ownDx = elements("relu gradient", "dX", dX, spec.count());
        apart("relu gradient", ownDx, ownY, ownDy);
        doReluGradient(spec, ownY, ownDy, ownDx);
    }

    @Override
    public final void dropout(DropoutSpec spec, DropoutKey key, Tensor x, Tensor y) {
        T ownX = elements("dropout", "x", x, spec.count());
        T ownY = elements("dropout", "y", y, spec.count());
        apart("dropout", ownY, ownX);
        doDropout(spec, key, ownX, ownY);
    }

    @Override
    public final void argmax(ArgmaxSpec spec, Tensor x, Tensor indices) {
        T ownX = operand("argmax", "x", x, spec.xShape());
        T ownIndices = operand("argmax", "indices", indices, spec.indicesShape());
        apart("argmax", ownIndices, ownX);
        doArgmax(spec, ownX, ownIndices);
    }

    @Override
    public final void adam(AdamSpec spec, Tensor w, Tensor gradient, Tensor m, Tensor v, int step) {
        T ownW = alike("adam", "w", w, spec.count(), w);
        T ownG = alike("adam", "gradient", gradient, spec.count(), w);
        T ownM = alike("adam", "m", m, spec.count(), w);
        T ownV = alike("adam", "v", v, spec.count(), w);
        apart("adam", ownW, ownG, ownM, ownV);
        apart("adam", ownM, ownG, ownV);
        apart("adam", ownV, ownG);
        doAdam(spec, ownW, ownG, ownM, ownV, spec.stepSize(step));
    }

    @Override
    public final void sgd(SgdSpec spec, Tensor w, Tensor gradient, Tensor velocity) {
        T ownW = alike("sgd", "w", w, spec.count(), w);
        T ownG = alike("sgd", "gradient", gradient, spec.count(), w);
        T ownVelocity = alike("sgd", "velocity", velocity, spec.count(), w);
        apart("sgd", ownW, ownG, ownVelocity);
        apart("sgd", ownVelocity, ownG);
        doSgd(spec, ownW, ownG, ownVelocity);
    }

    @Override
    public final void maxNorm(MaxNormSpec spec, Tensor w) {
        doMaxNorm(spec, operand("max-norm", "w", w, spec.shape(), w.isPacked()));
    }

    protected abstract void doUpload(float[] source, int offset, T destination);

    protected abstract void doDownload(T source, float[] destination, int offset);

    protected abstract void doFill(T x, float value);

    protected abstract void doCopy(T x, T y);

    protected abstract void doGemm(GemmSpec spec, T a, T b, T c, Fused<T> fused);

    /** {@code stepSize} is {@link AdamSpec#stepSize} of the step. */
    protected abstract void doGemmAdam(GemmAdamSpec spec, T a, T b, T w, T m, T v, float stepSize);

    protected abstract void doConv2d(Conv2dSpec spec, T x, T filter, T y, Fused<T> fused);

    protected abstract void doSoftmax(SoftmaxSpec spec, T logits, T probabilities);

    protected abstract void doCrossEntropy(CrossEntropySpec spec, T logits, T targets, T dLogits, T outcome);

    protected abstract void doDistillation(DistillationSpec spec, T logits, T targets, T dLogits, T outcome);

    protected abstract void doAddBias(BiasSpec spec, T x, T bias);

    protected abstract void doColumnSums(ColumnSumSpec spec, T x, T sums);

    protected abstract void doRelu(ReluSpec spec, T x, T y);

    protected abstract void doReluGradient(ReluSpec spec, T y, T dY, T dX);

    protected abstract void doDropout(DropoutSpec spec, DropoutKey key, T x, T y);

    protected abstract void doArgmax(ArgmaxSpec spec, T x, T indices);

    /** {@code stepSize} is {@link AdamSpec#stepSize} of the step. */
    protected abstract void doAdam(AdamSpec spec, T w, T gradient, T m, T v, float stepSize);

    protected abstract void doSgd(SgdSpec spec, T w, T gradient, T velocity);

    protected abstract void doMaxNorm(MaxNormSpec spec, T w);

    /** Whether the two share an element. */
    protected abstract boolean overlap(T first, T second);

    private T own(String op, String name, Tensor tensor) {
        if (tensor.scope().backend() != this) {
            throw new IllegalArgumentException(
                    op + ": " + name + " is a " + tensor + " of another backend, this is " + engine());
        }
        if (tensor.scope().isClosed()) {
            throw new IllegalStateException(op + ": " + name + " is a " + tensor + " whose scope is closed");
        }
        return type.cast(tensor);
    }

    private T operand(String op, String name, Tensor tensor, Shape expected) {
        return operand(op, name, tensor, expected, false);
    }

    private T operand(String op, String name, Tensor tensor, Shape expected, boolean packed) {
        T own = ordered(op, name, tensor, packed);
        if (!tensor.shape().equals(expected)) {
            throw new IllegalArgumentException(op + ": " + name + " is " + tensor.shape() + ", expected " + expected);
        }
        return own;
    }

    private T elements(String op, String name, Tensor tensor, int count) {
        return elements(op, name, tensor, count, false);
    }

    private T elements(String op, String name, Tensor tensor, int count, boolean packed) {
        T own = ordered(op, name, tensor, packed);
        if (tensor.shape().size() != count) {
            throw new IllegalArgumentException(op + ": " + name + " is " + tensor.shape() + " with "
                    + tensor.shape().size() + " elements, expected " + count);
        }
        return own;
    }

    /** An operand whose elements lie in the order of w's: packed, that takes the same shape too. */
    private T alike(String op, String name, Tensor tensor, int count, Tensor w) {
        T own = elements(op, name, tensor, count, w.isPacked());
        return w.isPacked() ? operand(op, name, tensor, w.shape(), true) : own;
    }

    private T ordered(String op, String name, Tensor tensor, boolean packed) {
        if (tensor.isPacked() != packed) {
            throw new IllegalArgumentException(op + ": " + name + " is a " + tensor + ", expected a "
                    + (packed ? "packed" : "row-major") + " one");
        }
        return own(op, name, tensor);
    }

    private Fused<T> fused(String op, Epilogue epilogue, Epilogue.Operands operands, T result) {
        present(op, "bias", epilogue.bias(), operands.bias());
        present(op, "dropout key", epilogue.drops(), operands.dropoutKey());
        present(op, "gate", epilogue.gate(), operands.gate());
        T bias = null;
        T gate = null;
        if (epilogue.bias()) {
            int columns = result.shape().extent(result.shape().rank() - 1);
            bias = operand(op, "bias", operands.bias(), Shape.of(columns));
            apart(op, result, bias);
        }
        if (epilogue.gate()) {
            gate = operand(op, "gate", operands.gate(), result.shape());
            apart(op, result, gate);
        }
        return new Fused<>(bias, operands.dropoutKey(), gate);
    }

    private static void present(String op, String name, boolean expected, Object operand) {
        if (expected != (operand != null)) {
            throw new IllegalArgumentException(op + ": the spec asks for " + (expected ? "a " : "no ") + name
                    + ", the call has " + (operand != null ? "one" : "none"));
        }
    }

    @SafeVarargs
    private void apart(String op, T result, T... inputs) {
        for (T input : inputs) {
            if (overlap(result, input)) {
                throw new IllegalArgumentException(op + ": a result of " + result.shape()
                        + " shares elements with an operand of " + input.shape());
            }
        }
    }

    private static void range(String op, float[] array, int offset, Tensor tensor) {
        int size = tensor.shape().size();
        if (offset < 0 || offset > array.length - size) {
            throw new IllegalArgumentException(op + ": " + tensor.shape() + " needs " + size + " elements from "
                    + offset + " of an array of " + array.length);
        }
    }
}
