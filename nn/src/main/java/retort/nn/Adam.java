package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.WeightDecay;

/**
 * Adam, and with decoupled weight decay AdamW. See {@link AdamSpec} for the equations, and {@link Optimizer} for what
 * decays.
 */
public final class Adam extends Optimizer {
    private final Schedule rate;
    private final float beta1;
    private final float beta2;
    private final float epsilon;
    private final WeightDecay decay;

    public Adam(Backend backend, Schedule rate, float beta1, float beta2, float epsilon, WeightDecay decay) {
        super(backend);
        this.rate = rate;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.decay = decay;
    }

    /** Without decay. */
    public Adam(Backend backend, Schedule rate, float beta1, float beta2, float epsilon) {
        this(backend, rate, beta1, beta2, epsilon, WeightDecay.NONE);
    }

    /** beta1 0.9, beta2 0.999, epsilon 1e-7. */
    public Adam(Backend backend, Schedule rate, WeightDecay decay) {
        this(backend, rate, 0.9f, 0.999f, 1e-7f, decay);
    }

    /** The same without decay. */
    public Adam(Backend backend, Schedule rate) {
        this(backend, rate, WeightDecay.NONE);
    }

    @Override
    protected int stateTensors() {
        return 2;
    }

    @Override
    protected void update(Parameter parameter, Tensor gradient) {
        Tensor[] moments = state(parameter);
        backend().adam(update(parameter), parameter.value(), gradient, moments[0], moments[1], step());
    }

    @Override
    protected AdamSpec update(Parameter parameter) {
        return new AdamSpec(
                parameter.value().shape().size(), rate.at(step()), beta1, beta2, epsilon, of(parameter, decay));
    }
}
