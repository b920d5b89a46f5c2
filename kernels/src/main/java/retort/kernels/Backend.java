package retort.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import retort.kernels.op.GatherSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.Scalars;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.StridedCopySpec;

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
 * <p><b>Threads.</b> A backend belongs to the thread that first works with it; any other gets an
 * {@link IllegalStateException} that names both, from {@link #close} too. Another thread opens one of its own, or takes
 * a {@link #sibling}; or this one lets go of it by {@link #handOver}.
 */
public interface Backend extends AutoCloseable {
    Engine engine();

    /** What the engine runs on, for people: {@code "AVX-512, 16 lanes"}, or a device's own name. */
    String device();

    /** Host threads that compute; 1 for an engine whose work is done elsewhere. */
    int threads();

    /**
     * What was asked of the device so far, waiting for everything queued; nothing for an engine that works in the Java
     * heap.
     */
    default Optional<DeviceCounters> deviceCounters() {
        return Optional.empty();
    }

    /**
     * Bytes that data may take on the device which stays there so that it need not be uploaded again: a quarter of the
     * device's memory, as far as one tensor may be as large; 0 for an engine that works in the Java heap, where nothing
     * is uploaded.
     */
    default long residentBytes() {
        return 0;
    }

    /** The sizes that its kernels come in: where their edges are. */
    Tiling tiling();

    /**
     * Does nothing for the thread that this backend belongs to, or that will be the first.
     *
     * @throws IllegalStateException for another thread, and once this backend is closed
     */
    void checkThread();

    /** Lets go of the calling thread: the next one that works with this backend is the one that it belongs to. */
    void handOver();

    /** A new, empty scope. */
    Scope scope();

    /**
     * Copies {@code destination.size()} elements from {@code source[offset..]}; {@code source} may be changed
     * afterwards.
     */
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

    /**
     * {@code y = x}, element by element in row-major order; the shapes may differ, the sizes not. Either may be packed.
     */
    void copy(Tensor x, Tensor y);

    /**
     * Does an op. The methods below are the pleasant way to call it.
     *
     * @throws IllegalArgumentException for a tensor that does not fit its operand, and one that shares elements with a
     * result
     * @throws BackendException if there is no memory for the work, or a device fails; the elements of the results are
     * then unspecified, and the backend can be used on
     */
    void run(Call call);

    /** C = alpha op(A) op(B) + beta C, then the epilogue. See {@link GemmSpec}. */
    default void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c, Fused fused) {
        run(Call.of(spec, spec.epilogue(), fused, a, b, c));
    }

    default void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c) {
        gemm(spec, a, b, c, Fused.NONE);
    }

    /**
     * The backward pass of a dense layer with the optimiser's step on {@code w} in it. See {@link DenseBackwardSpec}.
     *
     * @param state of the optimiser for w, in the order of the update's operands
     * @param dX null if the spec asks for no input gradient
     * @param step of training, counted from 1
     */
    default void denseBackward(
            DenseBackwardSpec spec, Tensor x, Tensor dY, Tensor w, Tensor[] state, Tensor dX, int step) {
        List<Tensor> operands = new ArrayList<>(List.of(x, dY, w));
        operands.addAll(List.of(state));
        if (dX != null) {
            operands.add(dX);
        }
        run(Call.of(spec, Scalars.step(step), operands.toArray(Tensor[]::new)));
    }

    /**
     * The backward pass of a bias with the optimiser's step on {@code b} in it. See {@link BiasBackwardSpec}.
     *
     * @param state of the optimiser for b, in the order of the update's operands
     * @param step of training, counted from 1
     */
    default void biasBackward(BiasBackwardSpec spec, Tensor dY, Tensor b, Tensor[] state, int step) {
        List<Tensor> operands = new ArrayList<>(List.of(dY, b));
        operands.addAll(List.of(state));
        run(Call.of(spec, Scalars.step(step), operands.toArray(Tensor[]::new)));
    }

    /**
     * A convolution or one of its gradients; the spec's pass says which of x, filter and y is written. See
     * {@link Conv2dSpec}.
     */
    default void conv2d(Conv2dSpec spec, Tensor x, Tensor filter, Tensor y, Fused fused) {
        run(Call.of(spec, spec.epilogue(), fused, x, filter, y));
    }

    default void conv2d(Conv2dSpec spec, Tensor x, Tensor filter, Tensor y) {
        conv2d(spec, x, filter, y, Fused.NONE);
    }

    /**
     * A convolution in which each channel has a filter of its own, or one of its gradients; the spec's pass says which
     * of x, filter and y is written. See {@link DepthwiseConv2dSpec}.
     */
    default void depthwiseConv2d(DepthwiseConv2dSpec spec, Tensor x, Tensor filter, Tensor y, Fused fused) {
        run(Call.of(spec, spec.epilogue(), fused, x, filter, y));
    }

    default void depthwiseConv2d(DepthwiseConv2dSpec spec, Tensor x, Tensor filter, Tensor y) {
        depthwiseConv2d(spec, x, filter, y, Fused.NONE);
    }

    /** The largest element, or the mean, under each window. See {@link Pool2dSpec}. */
    default void pool2d(Pool2dSpec spec, Tensor x, Tensor y) {
        run(Call.of(spec, x, y));
    }

    /**
     * The gradient of {@link #pool2d} by x. See {@link Pool2dSpec}.
     *
     * @param x not read for a mean
     */
    default void pool2dGradient(Pool2dSpec spec, Tensor x, Tensor dY, Tensor dX) {
        run(spec.kind() == Pool2dSpec.Kind.MAX ? Call.of(spec, x, dY, dX) : Call.of(spec, dY, dX));
    }

    /** Row-wise softmax at a temperature, or its logarithm. See {@link SoftmaxSpec}. */
    default void softmax(SoftmaxSpec spec, Tensor logits, Tensor probabilities) {
        run(Call.of(spec, logits, probabilities));
    }

    /** Softmax, cross-entropy and its gradient by the logits in one pass. See {@link CrossEntropySpec}. */
    default void crossEntropy(CrossEntropySpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
        run(Call.of(spec, logits, targets, dLogits, outcome));
    }

    /**
     * A student's loss against its teacher's logits and the true labels, and its gradient, in one pass. See
     * {@link DistillationSpec}.
     */
    default void distillation(DistillationSpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
        run(Call.of(spec, logits, targets, dLogits, outcome));
    }

    /** In place: {@code x[i][j] += bias[j]}. See {@link BiasSpec}. */
    default void addBias(BiasSpec spec, Tensor x, Tensor bias) {
        run(Call.of(spec, x, bias));
    }

    /**
     * Batch normalisation by the batch's own statistics, which the running ones take in. See {@link BatchNormSpec}.
     *
     * @param norm its mean and variance are updated
     * @param moments receives the statistics, for the gradient
     */
    default void batchNorm(BatchNormSpec spec, Tensor x, Norm norm, Tensor y, Norm.Moments moments) {
        run(Call.of(
                spec,
                x,
                norm.gamma(),
                norm.beta(),
                norm.mean(),
                norm.variance(),
                y,
                moments.mean(),
                moments.inverse()));
    }

    /** Batch normalisation by the running statistics. See {@link BatchNormSpec}. */
    default void batchNormInference(BatchNormSpec spec, Tensor x, Norm norm, Tensor y) {
        run(Call.of(spec, x, norm.gamma(), norm.beta(), norm.mean(), norm.variance(), y));
    }

    /**
     * The gradients of {@link #batchNorm} by x, gamma and beta. See {@link BatchNormSpec}.
     *
     * @param y what it gave; not read, and may be null, without ReLU
     */
    default void batchNormGradient(
            BatchNormSpec spec,
            Tensor x,
            Tensor y,
            Tensor dY,
            Tensor gamma,
            Norm.Moments moments,
            Tensor dX,
            Tensor dGamma,
            Tensor dBeta) {
        Tensor mean = moments.mean();
        Tensor inverse = moments.inverse();
        run(
                spec.relu()
                        ? Call.of(spec, x, dY, gamma, mean, inverse, dX, dGamma, dBeta, y)
                        : Call.of(spec, x, dY, gamma, mean, inverse, dX, dGamma, dBeta));
    }

    /** {@code y = a + b}, or {@code max(a + b, 0)}. See {@link AddSpec}. */
    default void add(AddSpec spec, Tensor a, Tensor b, Tensor y) {
        run(Call.of(spec, a, b, y));
    }

    /** {@code y = a op b}, element by element. See {@link ArithmeticSpec}. */
    default void arithmetic(ArithmeticSpec spec, Tensor a, Tensor b, Tensor y) {
        run(Call.of(spec, a, b, y));
    }

    /** A block of x to a block of y, the rest of which stays. See {@link StridedCopySpec}. */
    default void stridedCopy(StridedCopySpec spec, Tensor x, Tensor y) {
        run(Call.of(spec, x, y));
    }

    /** Images of a table, each moved by whole pixels. See {@link GatherSpec}. */
    default void gather(GatherSpec spec, Tensor x, Tensor images, Tensor moves, Tensor y) {
        run(Call.of(spec, x, images, moves, y));
    }

    /** {@code sums[j] = sum over i of x[i][j]}. See {@link ColumnSumSpec}. */
    default void columnSums(ColumnSumSpec spec, Tensor x, Tensor sums) {
        run(Call.of(spec, x, sums));
    }

    /** {@code y = max(x, 0)}. See {@link ReluSpec}. */
    default void relu(ReluSpec spec, Tensor x, Tensor y) {
        run(Call.of(spec, x, y));
    }

    /** {@code dX = y > 0 ? dY : 0}, where y is what {@link #relu} gave. See {@link ReluSpec}. */
    default void reluGradient(ReluSpec spec, Tensor y, Tensor dY, Tensor dX) {
        run(Call.of(spec, y, dY, dX));
    }

    /** {@code y = f(x)}. See {@link ActivationSpec}. */
    default void activation(ActivationSpec spec, Tensor x, Tensor y) {
        run(Call.of(spec, x, y));
    }

    /**
     * {@code dX = dY f'(x)}. See {@link ActivationSpec}.
     *
     * @param at what {@link #activation} gave for the kinds that are differentiated by it, else what it was given
     */
    default void activationGradient(ActivationSpec spec, Tensor at, Tensor dY, Tensor dX) {
        run(Call.of(spec, at, dY, dX));
    }

    /**
     * Zeroes a random share of the elements and scales up the rest. Its own gradient, under the same key. See
     * {@link DropoutSpec}.
     */
    default void dropout(DropoutSpec spec, DropoutKey key, Tensor x, Tensor y) {
        run(Call.of(spec, Scalars.key(key), x, y));
    }

    /** {@code indices[i] = argmax over j of x[i][j]}. See {@link ArgmaxSpec}. */
    default void argmax(ArgmaxSpec spec, Tensor x, Tensor indices) {
        run(Call.of(spec, x, indices));
    }

    /** In place on w, m and v: one Adam step. All four are packed, or none is. See {@link AdamSpec}. */
    default void adam(AdamSpec spec, Tensor w, Tensor gradient, Tensor m, Tensor v, int step) {
        run(Call.of(spec, Scalars.step(step), w, gradient, m, v));
    }

    /**
     * In place on w and velocity: one step of gradient descent with momentum. All three are packed, or none is. See
     * {@link SgdSpec}.
     */
    default void sgd(SgdSpec spec, Tensor w, Tensor gradient, Tensor velocity) {
        run(Call.of(spec, w, gradient, velocity));
    }

    /** In place: columns of w that are longer than a limit are cut to it. w may be packed. See {@link MaxNormSpec}. */
    default void maxNorm(MaxNormSpec spec, Tensor w) {
        run(Call.of(spec, w));
    }

    /**
     * Another backend of this kind, for another thread: it computes on its own and reads this one's tensors, so that
     * weights are in memory once. May be called by any thread; what was written before must be
     * {@link #finish finished}. This one's memory is free once the last of its siblings is closed too.
     *
     * @param threads that it computes on
     * @throws IllegalArgumentException for less than one thread
     * @throws IllegalStateException if this backend is closed
     */
    Backend sibling(int threads);

    /** Every scope of this backend must be closed by then or is closed now; the memory goes with the last sibling. */
    @Override
    void close();
}
