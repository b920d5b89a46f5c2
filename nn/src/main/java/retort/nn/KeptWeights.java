package retort.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;

/** The parameters of a model as they once were. */
final class KeptWeights {
    private final Backend backend;
    private final Scope state;
    private final Map<String, Tensor> tensors = new HashMap<>();

    /** @param state for what is kept; the caller frees it */
    KeptWeights(Backend backend, Scope state) {
        this.backend = backend;
        this.state = state;
    }

    boolean isEmpty() {
        return tensors.isEmpty();
    }

    /** In place of what was kept before. */
    void keep(List<Parameter> parameters) {
        parameters.forEach(parameter -> backend.copy(parameter.value(), of(parameter)));
    }

    /** What is kept of a parameter: a tensor like its value, for the caller to fill if there was none. */
    Tensor of(Parameter parameter) {
        return tensors.computeIfAbsent(parameter.name(), name -> state.like(parameter.value()));
    }

    /** In place of the parameters; nothing where nothing was kept. */
    void putInto(List<Parameter> parameters) {
        if (!isEmpty()) {
            parameters.forEach(parameter -> backend.copy(of(parameter), parameter.value()));
        }
    }

    void forget() {
        tensors.clear();
    }
}
