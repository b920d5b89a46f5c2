package retort.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * The lifetime of a group of tensors. A long scope holds parameters and optimiser state, a short one the activations
 * of a step. Closing it gives the storage back to the backend, which hands it to the next scope: a training loop
 * allocates nothing after its first step.
 */
public final class Scope implements AutoCloseable {
    /** What an engine does to give a scope its storage and take it back. */
    public interface Storage {
        /** A tensor with unspecified elements. */
        Tensor allocate(Scope scope, Shape shape);

        /** A packed matrix with unspecified elements. */
        Tensor allocatePacked(Scope scope, Shape shape, ElementType type);

        /** Float32 elements that {@link #allocatePacked} takes for a matrix, with what it is filled up with. */
        int packedSize(Shape shape, ElementType type);

        /** The elements of {@code raw} from {@code offset} on as a packed matrix; what fills it up must be 0. */
        Tensor packedView(Tensor raw, int offset, Shape shape, ElementType type);

        /** Whether all that was given is freed already. */
        boolean isClosed();

        /** Takes back what {@link #allocate} gave; work already queued on it must still be done first. */
        void release(Tensor tensor);
    }

    private final Backend backend;
    private final Storage storage;
    private final List<Tensor> tensors = new ArrayList<>();
    private boolean closed;

    /** For engines: a scope whose tensors {@code storage} gives and takes back. */
    public Scope(Backend backend, Storage storage) {
        this.backend = backend;
        this.storage = storage;
    }

    /**
     * A new tensor. Its elements are whatever the storage held before: write before you read.
     *
     * @throws IllegalStateException if this scope is closed
     * @throws BackendException if the device has not that much memory left
     */
    public Tensor tensor(Shape shape) {
        return kept(shape, storage::allocate);
    }

    /**
     * A new matrix in an order of the engine's own: the one in which its products read B, so that weights need not be
     * brought into it call after call. {@link Backend#upload}, {@link Backend#download}, {@link Backend#copy} and
     * {@link Backend#fill} know the order; other operations take a packed operand where their spec says so. It has no
     * views.
     *
     * @throws IllegalArgumentException if the shape is not a matrix
     * @throws IllegalStateException if this scope is closed
     * @throws BackendException if the device has not that much memory left
     */
    public Tensor packed(Shape shape) {
        return packed(shape, ElementType.FLOAT32);
    }

    /**
     * The same with elements of a type. {@link Backend#upload} rounds to it, {@link Backend#download} gives float32.
     *
     * @throws IllegalArgumentException if the shape is not a matrix
     * @throws IllegalStateException if this scope is closed
     * @throws BackendException if the device has not that much memory left
     */
    public Tensor packed(Shape shape, ElementType type) {
        if (shape.rank() != 2) {
            throw new IllegalArgumentException("scope: only a matrix can be packed, got " + shape);
        }
        return kept(shape, (scope, matrix) -> storage.allocatePacked(scope, matrix, type));
    }

    /** Float32 elements in the storage of a packed matrix, with what it is filled up with. */
    public int packedSize(Shape shape, ElementType type) {
        return storage.packedSize(shape, type);
    }

    /**
     * The elements of a row-major tensor from {@code offset} on, seen as a packed matrix: for checks, which want to see
     * what lies around and between its elements. What fills it up must be 0.
     *
     * @throws IllegalArgumentException if the range leaves the tensor
     */
    public Tensor packedView(Tensor raw, int offset, Shape shape, ElementType type) {
        int size = packedSize(shape, type);
        if (offset < 0 || offset > raw.shape().size() - size) {
            throw new IllegalArgumentException("scope: a packed " + shape + " takes " + size
                    + " elements, not there from " + offset + " on in " + raw);
        }
        return storage.packedView(raw, offset, shape, type);
    }

    /** A new tensor of the same shape, type and order of elements. */
    public Tensor like(Tensor other) {
        return other.isPacked() ? packed(other.shape(), other.elementType()) : tensor(other.shape());
    }

    private Tensor kept(Shape shape, BiFunction<Scope, Shape, Tensor> allocate) {
        if (closed) {
            throw new IllegalStateException("scope: a tensor " + shape + " was asked of a closed scope");
        }
        Tensor tensor = allocate.apply(this, shape);
        tensors.add(tensor);
        return tensor;
    }

    public Tensor tensor(int... extents) {
        return tensor(Shape.of(extents));
    }

    /** A new tensor filled with {@code value}. */
    public Tensor filled(Shape shape, float value) {
        Tensor tensor = tensor(shape);
        backend.fill(tensor, value);
        return tensor;
    }

    /** A new tensor holding a copy of {@code elements}. */
    public Tensor tensorOf(Shape shape, float[] elements) {
        Tensor tensor = tensor(shape);
        backend.upload(elements, tensor);
        return tensor;
    }

    /** A new packed matrix holding a copy of {@code elements}, which are in row-major order. */
    public Tensor packedOf(Shape shape, float[] elements) {
        return packedOf(shape, ElementType.FLOAT32, elements);
    }

    /** The same rounded to elements of a type. */
    public Tensor packedOf(Shape shape, ElementType type, float[] elements) {
        Tensor tensor = packed(shape, type);
        backend.upload(elements, tensor);
        return tensor;
    }

    public Backend backend() {
        return backend;
    }

    public boolean isClosed() {
        return closed;
    }

    /**
     * Ends every tensor of this scope. A second close does nothing.
     *
     * @throws IllegalStateException for a thread that the backend does not belong to
     */
    @Override
    public void close() {
        if (!closed) {
            if (!storage.isClosed()) {
                backend.checkThread();
                tensors.forEach(storage::release);
            }
            closed = true;
            tensors.clear();
        }
    }
}
