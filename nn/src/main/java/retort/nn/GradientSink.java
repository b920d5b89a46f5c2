package retort.nn;

import retort.kernels.Tensor;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;

/**
 * Where the gradients of parameters go in a backward pass, each once, from the last layer to the first. An optimiser
 * updates the parameter on the spot; nothing reads a parameter after its gradient was given.
 */
public interface GradientSink {
    /**
     * The gradient of a dense layer's weights, inputs x units, is x' dY; a sink that can, never stores it. Before the
     * weights change, dX = gate(dY w') is written, see {@link DenseBackwardSpec}.
     *
     * @param x batch x inputs
     * @param dY batch x units
     * @param dX batch x inputs; null if not wanted
     * @param gate of dX
     */
    void dense(Parameter weight, Tensor x, Tensor dY, Tensor dX, Epilogue gate);

    /**
     * The gradient of a bias is the sums of dY's columns; a sink that can, never stores it.
     *
     * @param dY rows x the bias's elements
     */
    void bias(Parameter bias, Tensor dY);

    /** A tensor of the parameter's shape to write its gradient to; {@link #written} must follow. */
    Tensor destination(Parameter parameter);

    /** The tensor that {@link #destination} gave holds the gradient of {@code parameter}. */
    void written(Parameter parameter, Tensor gradient);
}
