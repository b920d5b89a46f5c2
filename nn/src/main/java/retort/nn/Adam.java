package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;

/**
 * Adam; a gradient that is a product is used as it is made and never stored. See {@link AdamSpec} for the equations.
 */
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
    public void product(Parameter parameter, GemmSpec spec, Tensor a, Tensor b) {
        Tensor[] moments = state(parameter);
        backend()
                .gemmAdam(
                        new GemmAdamSpec(
                                spec, spec(parameter), parameter.value().isPacked()),
                        a,
                        b,
                        parameter.value(),
                        moments[0],
                        moments[1],
                        step());
    }

    @Override
    public void written(Parameter parameter, Tensor gradient) {
        Tensor[] moments = state(parameter);
        backend().adam(spec(parameter), parameter.value(), gradient, moments[0], moments[1], step());
    }

    private AdamSpec spec(Parameter parameter) {
        return new AdamSpec(parameter.value().shape().size(), rate.at(step()), beta1, beta2, epsilon);
    }
}
