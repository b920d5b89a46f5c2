package retort.nn;

import retort.kernels.Tensor;
import retort.kernels.op.GemmSpec;

/**
 * Where the gradients of parameters go in a backward pass, each once, from the last layer to the first. An optimiser
 * updates the parameter on the spot; nothing reads a parameter after its gradient was given.
 */
public interface GradientSink {
    /** The gradient of {@code parameter} is op(A) op(B): a sink that can, never stores it. */
    void product(Parameter parameter, GemmSpec spec, Tensor a, Tensor b);

    /** A tensor of the parameter's shape to write its gradient to; {@link #written} must follow. */
    Tensor destination(Parameter parameter);

    /** The tensor that {@link #destination} gave holds the gradient of {@code parameter}. */
    void written(Parameter parameter, Tensor gradient);
}
