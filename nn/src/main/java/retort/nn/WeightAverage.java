package retort.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.SgdSpec;

/**
 * The exponential moving average of a model's weights over the steps of its training, with decay d, as if it had begun
 * with the first of them:
 *
 * <pre>
 * average after t steps = sum over k = 1 .. t of (1 - d) d^(t - k) w_k / (1 - d^t)
 * </pre>
 *
 * Source: Polyak and Juditsky 1992 (averages of the weights of steps); Kingma and Ba 2015, section 7.2 (with this decay
 * and this beginning).
 */
final class WeightAverage {
    private final Backend backend;
    private final Scope state;
    private final float decay;
    private final Map<String, Tensor> negatives = new HashMap<>();

    /** @throws IllegalArgumentException if {@code decay} is not above 0 and below 1 */
    WeightAverage(Backend backend, Scope state, float decay) {
        if (!(decay > 0 && decay < 1)) {
            throw new IllegalArgumentException("weight average: decay must be above 0 and below 1, got " + decay);
        }
        this.backend = backend;
        this.state = state;
        this.decay = decay;
    }

    /** Takes in the parameters as a step has left them. */
    void take(List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            Tensor value = parameter.value();
            try (Scope scope = backend.scope()) {
                // With the weights as its gradient a velocity is the negative of their average; moved is not used.
                Tensor moved = scope.like(value);
                backend.fill(moved, 0);
                backend.sgd(new SgdSpec(value.shape().size(), 1 - decay, decay), moved, value, negative(parameter));
            }
        }
    }

    /** What is kept for a parameter: a tensor like its value. */
    Tensor negative(Parameter parameter) {
        return negatives.computeIfAbsent(parameter.name(), name -> {
            Tensor tensor = state.like(parameter.value());
            backend.fill(tensor, 0);
            return tensor;
        });
    }

    /**
     * Puts the averages in place of the parameters; nothing where no step was taken in.
     *
     * @param steps that were
     */
    void putInto(List<Parameter> parameters, int steps) {
        double weight = -(1 - Math.pow(decay, steps));
        for (Parameter parameter : parameters) {
            if (negatives.containsKey(parameter.name())) {
                float[] values = backend.download(negative(parameter));
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] / weight);
                }
                backend.upload(values, parameter.value());
            }
        }
    }

    /** The caller frees the tensors. */
    void forget() {
        negatives.clear();
    }
}
