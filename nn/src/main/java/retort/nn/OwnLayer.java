package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;

/**
 * A layer that a program defines, without trained values: operations of a backend, and nothing else, so that every
 * engine and every {@link Predictor} runs it. Its {@link #text} stands in model files, is none that a layer has, and
 * has no semicolon; who reads the file gives the layer, see {@link Sequential#loadWith}.
 */
public non-sealed interface OwnLayer extends Layer {
    /**
     * y for a batch.
     *
     * @param scope for y, and for what is made on the way
     * @param x batch x the layer's input
     * @return batch x {@link #outputShape}
     */
    Tensor forward(Backend backend, Scope scope, Tensor x);

    /**
     * The gradient by x.
     *
     * @param y what {@link #forward} gave for x
     * @param dY the gradient by y, which stays as it is
     */
    Tensor backward(Backend backend, Scope scope, Tensor x, Tensor y, Tensor dY);
}
