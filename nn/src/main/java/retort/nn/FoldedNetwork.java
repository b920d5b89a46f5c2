package retort.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A network that was {@link Folding folded}, for inference alone. What it says of itself is what it was before.
 *
 * @param parameterCount of the whole network, as its bytes are
 */
record FoldedNetwork(Architecture whole, long parameterCount, long parameterBytes, Sequential folded)
        implements Network {
    /** Empty where there is nothing to fold. */
    static Optional<Network> of(Sequential network, Backend backend) {
        Architecture architecture = network.architecture();
        Predicate<Layer> foldable = Folding.foldable(network.weights());
        if (!Folding.isPossible(architecture.layers(), foldable)) {
            return Optional.empty();
        }
        Map<String, float[]> tensors = new HashMap<>();
        for (Parameter tensor : network.tensors()) {
            tensors.put(tensor.name(), network.backend().download(tensor.value()));
        }
        Folding.Folded folded = Folding.of(architecture, tensors, foldable);
        Sequential small = Sequential.of(
                backend,
                folded.architecture(),
                network.weights(),
                (name, shape) -> folded.tensors().get(name));
        return Optional.of(new FoldedNetwork(architecture, network.parameterCount(), network.parameterBytes(), small));
    }

    @Override
    public Backend backend() {
        return folded.backend();
    }

    @Override
    public Shape input() {
        return whole.input();
    }

    @Override
    public Shape output() {
        return whole.output();
    }

    @Override
    public ElementType weights() {
        return folded.weights();
    }

    @Override
    public List<Part> parts() {
        return whole.parts();
    }

    @Override
    public String text() {
        return whole.text();
    }

    @Override
    public Tensor infer(Backend other, Scope scope, Tensor x) {
        return folded.infer(other, scope, x);
    }

    @Override
    public Network copy(Backend other) {
        return new FoldedNetwork(whole, parameterCount, parameterBytes, folded.copy(other));
    }

    @Override
    public Optional<String> firstNotFinite(Scope scope, Tensor x) {
        return folded.firstNotFinite(scope, x);
    }

    @Override
    public void close() {
        folded.close();
    }
}
