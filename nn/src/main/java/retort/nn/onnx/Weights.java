package retort.nn.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * What of a graph's constants is on the backend, in the order in which kernels read it. It is put there when the graph
 * is first gone through, at load; after that every batch and every thread reads the same.
 */
final class Weights implements AutoCloseable {
    private final Scope scope;
    private final ElementType type;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private boolean complete;

    /** @param type what weights are rounded to */
    Weights(Backend backend, ElementType type) {
        this.scope = backend.scope();
        this.type = type;
    }

    ElementType type() {
        return type;
    }

    /** From now on nothing is added. */
    void complete() {
        complete = true;
    }

    /** A constant as it is. */
    Tensor tensor(String key, int size, Supplier<float[]> elements) {
        return kept(key, () -> scope.tensorOf(Shape.of(size), elements.get()));
    }

    /** Filters of a convolution, by output channel along the last axis: float32 of the values of the weights' type. */
    Tensor filter(String key, Shape shape, Supplier<float[]> elements) {
        int channels = shape.extent(shape.rank() - 1);
        return kept(key, () -> scope.tensorOf(shape, type.rounded(elements.get(), channels)));
    }

    /** The second factor of a product, packed and of the weights' type. */
    Tensor matrix(String key, Shape shape, Supplier<float[]> elements) {
        return kept(key, () -> scope.packedOf(shape, type, elements.get()));
    }

    private Tensor kept(String key, Supplier<Tensor> made) {
        Tensor tensor = tensors.get(key);
        if (tensor == null) {
            if (complete) {
                throw new Refusal("needs other weights for a batch of this size than for one: " + key);
            }
            tensor = made.get();
            tensors.put(key, tensor);
        }
        return tensor;
    }

    @Override
    public void close() {
        scope.close();
    }
}
