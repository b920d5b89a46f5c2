package retort.kernels.opencl;

import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;

/** A tensor on the device: elements {@code offset .. offset + shape.size()} of a buffer. */
final class ClTensor extends Tensor {
    private final ClBuffer buffer;
    private final int offset;

    ClTensor(Scope scope, Shape shape, boolean packed, ClBuffer buffer, int offset) {
        super(scope, shape, packed);
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

    int size() {
        return shape().size();
    }

    boolean overlaps(ClTensor other) {
        return buffer == other.buffer && offset < other.offset + other.size() && other.offset < offset + size();
    }

    @Override
    protected Tensor view(Scope scope, Shape shape, int elements) {
        return new ClTensor(scope, shape, false, buffer, offset + elements);
    }
}
