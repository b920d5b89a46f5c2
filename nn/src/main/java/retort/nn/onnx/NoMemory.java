package retort.nn.onnx;

import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/** Gives tensors without elements: enough to put calls together and see that they fit, not to make them. */
final class NoMemory implements Scope.Storage {
    /** A shape. */
    private static final class Outline extends Tensor {
        Outline(Scope scope, Shape shape) {
            super(scope, shape, false, ElementType.FLOAT32);
        }

        @Override
        protected Tensor view(Scope scope, Shape shape, int offset) {
            return new Outline(scope, shape);
        }
    }

    @Override
    public Tensor allocate(Scope scope, Shape shape) {
        return new Outline(scope, shape);
    }

    @Override
    public Tensor allocatePacked(Scope scope, Shape shape, ElementType type) {
        throw new UnsupportedOperationException("no packed tensor is computed");
    }

    @Override
    public int packedSize(Shape shape, ElementType type) {
        return shape.size();
    }

    @Override
    public Tensor packedView(Tensor raw, int offset, Shape shape, ElementType type) {
        throw new UnsupportedOperationException("no packed tensor is computed");
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public void release(Tensor tensor) {
        // There is nothing to give back.
    }
}
