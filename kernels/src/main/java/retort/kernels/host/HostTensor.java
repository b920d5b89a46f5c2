package retort.kernels.host;

import retort.kernels.Scope;
import retort.kernels.Shape;
import retort.kernels.Tensor;

/** A tensor in the Java heap: {@code array[offset .. offset + shape.size())}. */
public final class HostTensor extends Tensor {
    private final float[] array;
    private final int offset;

    HostTensor(Scope scope, Shape shape, float[] array, int offset) {
        super(scope, shape);
        this.array = array;
        this.offset = offset;
    }

    public float[] array() {
        return array;
    }

    /** Index of the first element. */
    public int offset() {
        return offset;
    }

    public int size() {
        return shape().size();
    }

    /** Index after the last element. */
    public int end() {
        return offset + shape().size();
    }

    @Override
    protected Tensor view(Scope scope, Shape shape, int elements) {
        return new HostTensor(scope, shape, array, offset + elements);
    }
}
