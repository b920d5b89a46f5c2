package retort.nn;

import retort.kernels.Backend;
import retort.kernels.SgdSpec;
import retort.kernels.Tensor;

/** Gradient descent with momentum. See {@link SgdSpec} for the equations. */
public final class Sgd extends Optimizer {
    private final float rate;
    private final float momentum;

    public Sgd(Backend backend, float rate, float momentum) {
        super(backend);
        this.rate = rate;
        this.momentum = momentum;
    }

    @Override
    public void written(Parameter parameter, Tensor gradient) {
        Tensor velocity = state(parameter, 1)[0];
        SgdSpec spec = new SgdSpec(parameter.value().shape().size(), rate, momentum);
        backend().sgd(spec, parameter.value(), gradient, velocity);
    }
}
