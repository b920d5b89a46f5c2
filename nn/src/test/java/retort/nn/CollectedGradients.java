package retort.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.GemmSpec;

/** Keeps the gradients that a backward pass hands over; a parameter's second gradient is an error. */
final class CollectedGradients implements GradientSink {
    private final Backend backend;
    private final Scope scope;
    private final Map<String, float[]> gradients = new LinkedHashMap<>();

    /** @param scope for the gradients while they are made */
    CollectedGradients(Backend backend, Scope scope) {
        this.backend = backend;
        this.scope = scope;
    }

    @Override
    public void product(Parameter parameter, GemmSpec spec, Tensor a, Tensor b) {
        Tensor gradient = destination(parameter);
        backend.gemm(spec, a, b, gradient);
        written(parameter, gradient);
    }

    /** Filled with NaN, so that an element nobody writes is seen. */
    @Override
    public Tensor destination(Parameter parameter) {
        return scope.filled(parameter.value().shape(), Float.NaN);
    }

    @Override
    public void written(Parameter parameter, Tensor gradient) {
        if (gradients.put(parameter.name(), backend.download(gradient)) != null) {
            throw new AssertionError(parameter.name() + " was given a second gradient");
        }
    }

    /** By parameter, in the order in which they were given. */
    Map<String, float[]> byName() {
        return gradients;
    }
}
