package retort.kernels;

import java.util.Optional;
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
import retort.kernels.op.SoftmaxSpec;

/**
 * An engine at work: memory, an in-order queue, and the operations of a neural network on opaque tensors.
 *
 * <p><b>Order.</b> Work is done as if in call order, but a call may return before its work is done. {@link #download}
 * and {@link #finish} wait.
 *
 * <p><b>Operands.</b> Each operation is described by a spec record, which gives its equation, shapes, cost and id.
 * Results are written into tensors that the caller gives; every element of a result is overwritten (gradients too:
 * they assign, they do not add). A result must not share elements with an input unless the operation says "in place".
 *
 * <p><b>Errors.</b> Every operation checks its operands before any work: {@link IllegalArgumentException} for a shape
 * that does not fit the spec or a tensor of another backend, {@link IllegalStateException} for a tensor whose scope is
 * closed, {@link UnsupportedSpecException} for a valid spec that this engine does not do, {@link BackendException} when
 * the device fails. Nothing falls back to another engine.
 *
 * <p><b>Threads.</b> A backend is used by one thread at a time.
 */
public interface Backend extends AutoCloseable {
    Engine engine();

    /** What the engine runs on, for people: {@code "AVX-512, 16 lanes"}, or a device's own name. */
    String device();

    /** Host threads that compute; 1 for an engine whose work is done elsewhere. */
    int threads();

    /** What was asked of the device so far, waiting for everything queued; nothing for an engine that works in the Java heap. */
    default Optional<DeviceCounters> deviceCounters() {
        return Optional.empty();
    }

    /** A new, empty scope. */
    Scope scope();

    /** Copies {@code destination.size()} elements from {@code source[offset..]}; {@code source} may be changed afterwards. */
    void upload(float[] source, int offset, Tensor destination);

    default void upload(float[] source, Tensor destination) {
        upload(source, 0, destination);
    }

    /** Waits for everything queued, then copies all elements of {@code source} to {@code destination[offset..]}. */
    void download(Tensor source, float[] destination, int offset);

    /** The elements of {@code source} as a new array. */
    default float[] download(Tensor source) {
        float[] elements = new float[source.shape().size()];
        download(source, elements, 0);
        return elements;
    }

    /** Waits until everything queued is done. */
    void finish();

    /** Every element of {@code x} becomes {@code value}. */
    void fill(Tensor x, float value);

    /** {@code y = x}, element by element in row-major order; the shapes may differ, the sizes not. Either may be packed. */
    void copy(Tensor x, Tensor y);

    /** C = alpha op(A) op(B) + beta C, then the epilogue. See {@link GemmSpec}. */
    void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c, Epilogue.Operands operands);

    default void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c) {
        gemm(spec, a, b, c, Epilogue.Operands.NONE);
    }

    /** G = op(A) op(B) is the gradient of {@code w}; Adam is applied to it and G is never stored. See {@link GemmAdamSpec}. */
    void gemmAdam(GemmAdamSpec spec, Tensor a, Tensor b, Tensor w, Tensor m, Tensor v, int step);

    /** A convolution or one of its gradients; the spec's pass says which of x, filter and y is written. See {@link Conv2dSpec}. */
    void conv2d(Conv2dSpec spec, Tensor x, Tensor filter, Tensor y, Epilogue.Operands operands);

    default void conv2d(Conv2dSpec spec, Tensor x, Tensor filter, Tensor y) {
        conv2d(spec, x, filter, y, Epilogue.Operands.NONE);
    }

    /** Row-wise softmax at a temperature. See {@link SoftmaxSpec}. */
    void softmax(SoftmaxSpec spec, Tensor logits, Tensor probabilities);

    /** Softmax, cross-entropy and its gradient by the logits in one pass. See {@link CrossEntropySpec}. */
    void crossEntropy(CrossEntropySpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome);

    /** A student's loss against its teacher's logits and the true labels, and its gradient, in one pass. See {@link DistillationSpec}. */
    void distillation(DistillationSpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome);

    /** In place: {@code x[i][j] += bias[j]}. See {@link BiasSpec}. */
    void addBias(BiasSpec spec, Tensor x, Tensor bias);

    /** {@code sums[j] = sum over i of x[i][j]}. See {@link ColumnSumSpec}. */
    void columnSums(ColumnSumSpec spec, Tensor x, Tensor sums);

    /** {@code y = max(x, 0)}. See {@link ReluSpec}. */
    void relu(ReluSpec spec, Tensor x, Tensor y);

    /** {@code dX = y > 0 ? dY : 0}, where y is what {@link #relu} gave. See {@link ReluSpec}. */
    void reluGradient(ReluSpec spec, Tensor y, Tensor dY, Tensor dX);

    /** Zeroes a random share of the elements and scales up the rest. Its own gradient, under the same key. See {@link DropoutSpec}. */
    void dropout(DropoutSpec spec, DropoutKey key, Tensor x, Tensor y);

    /** {@code indices[i] = argmax over j of x[i][j]}. See {@link ArgmaxSpec}. */
    void argmax(ArgmaxSpec spec, Tensor x, Tensor indices);

    /** In place on w, m and v: one Adam step. All four are packed, or none is. See {@link AdamSpec}. */
    void adam(AdamSpec spec, Tensor w, Tensor gradient, Tensor m, Tensor v, int step);

    /** In place on w and velocity: one step of gradient descent with momentum. All three are packed, or none is. See {@link SgdSpec}. */
    void sgd(SgdSpec spec, Tensor w, Tensor gradient, Tensor velocity);

    /** In place: columns of w that are longer than a limit are cut to it. w may be packed. See {@link MaxNormSpec}. */
    void maxNorm(MaxNormSpec spec, Tensor w);

    /** Frees the device; every scope of this backend must be closed by then or is closed now. */
    @Override
    void close();
}
