package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;

/** Adam. See {@link AdamSpec} for the equations. */
public final class Adam extends Optimizer {
    private final Schedule rate;
    private final float beta1;
    private final float beta2;
    private final float epsilon;

    public Adam(Backend backend, Schedule rate, float beta1, float beta2, float epsilon) {
        super(backend);
        this.rate = rate;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
    }

    /** beta1 0.9, beta2 0.999, epsilon 1e-7. */
    public Adam(Backend backend, Schedule rate) {
        this(backend, rate, 0.9f, 0.999f, 1e-7f);
    }

    @Override
    protected int stateTensors() {
        return 2;
    }

    @Override
    public void written(Parameter parameter, Tensor gradient) {
        Tensor[] moments = state(parameter);
        backend().adam(update(parameter), parameter.value(), gradient, moments[0], moments[1], step());
    }

    @Override
    protected AdamSpec update(Parameter parameter) {
        return new AdamSpec(parameter.value().shape().size(), rate.at(step()), beta1, beta2, epsilon);
    }
}
