package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Tensor;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.WeightDecay;

/**
 * Gradient descent with momentum, Nesterov's if asked for, and weight decay. See {@link SgdSpec} for the equations, and
 * {@link Optimizer} for what decays.
 */
public final class Sgd extends Optimizer {
    private final Schedule rate;
    private final Schedule momentum;
    private final boolean nesterov;
    private final WeightDecay decay;

    public Sgd(Backend backend, Schedule rate, Schedule momentum, boolean nesterov, WeightDecay decay) {
        super(backend);
        this.rate = rate;
        this.momentum = momentum;
        this.nesterov = nesterov;
        this.decay = decay;
    }

    /** Without Nesterov's momentum and decay. */
    public Sgd(Backend backend, Schedule rate, Schedule momentum) {
        this(backend, rate, momentum, false, WeightDecay.NONE);
    }

    @Override
    protected int stateTensors() {
        return 1;
    }

    @Override
    protected void update(Parameter parameter, Tensor gradient) {
        backend().sgd(update(parameter), parameter.value(), gradient, state(parameter)[0]);
    }

    @Override
    protected SgdSpec update(Parameter parameter) {
        return new SgdSpec(
                parameter.value().shape().size(), rate.at(step()), momentum.at(step()), nesterov, of(parameter, decay));
    }
}
