package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Tensor;
import retort.kernels.op.SgdSpec;

/** Gradient descent with momentum. See {@link SgdSpec} for the equations. */
public final class Sgd extends Optimizer {
    private final Schedule rate;
    private final Schedule momentum;

    public Sgd(Backend backend, Schedule rate, Schedule momentum) {
        super(backend);
        this.rate = rate;
        this.momentum = momentum;
    }

    @Override
    protected int stateTensors() {
        return 1;
    }

    @Override
    public void written(Parameter parameter, Tensor gradient) {
        Tensor velocity = state(parameter)[0];
        backend().sgd(update(parameter), parameter.value(), gradient, velocity);
    }

    @Override
    protected SgdSpec update(Parameter parameter) {
        return new SgdSpec(parameter.value().shape().size(), rate.at(step()), momentum.at(step()));
    }
}
