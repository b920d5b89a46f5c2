package retort.kernels.opencl;

import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.WeightPanels;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A tensor on the device: elements {@code offset .. offset + size()} of a buffer, in row-major order; weights of fewer
 * bits as {@link WeightPanels} has them in one panel.
 */
final class ClTensor extends Tensor {
    private final ClBuffer buffer;
    private final int offset;

    ClTensor(Scope scope, Shape shape, boolean packed, ElementType type, ClBuffer buffer, int offset) {
        super(scope, shape, packed, type);
        this.buffer = buffer;
        this.offset = offset;
    }

    ClBuffer buffer() {
        return buffer;
    }

    /** Index of the first element in the buffer. */
    int offset() {
        return offset;
    }

    /** Elements in the buffer. */
    int size() {
        return size(shape(), elementType());
    }

    static int size(Shape shape, ElementType type) {
        return type == ElementType.FLOAT32 ? shape.size() : weights(shape, type).words();
    }

    /** Where the weights of a tensor lie that is not of float32. */
    WeightPanels weights() {
        return weights(shape(), elementType());
    }

    private static WeightPanels weights(Shape shape, ElementType type) {
        return WeightPanels.of(type, shape, HostTensor.ROW_MAJOR);
    }

    /** The elements in the buffer as they are, in a tensor of float32. */
    ClTensor words() {
        return new ClTensor(scope(), Shape.of(size()), false, ElementType.FLOAT32, buffer, offset);
    }

    /** A packed tensor of float32 in a buffer that these weights were widened to. */
    ClTensor widened(ClBuffer wide) {
        return new ClTensor(scope(), shape(), true, ElementType.FLOAT32, wide, 0);
    }

    boolean overlaps(ClTensor other) {
        return buffer == other.buffer && offset < other.offset + other.size() && other.offset < offset + size();
    }

    @Override
    protected Tensor view(Scope scope, Shape shape, int elements) {
        return new ClTensor(scope, shape, false, elementType(), buffer, offset + elements);
    }
}
