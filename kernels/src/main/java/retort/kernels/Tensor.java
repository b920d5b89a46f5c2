package retort.kernels;

import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A block of elements that lives wherever its backend keeps them. It can be named, reshaped and cut into
 * rows, but not read: {@link Backend#upload} and {@link Backend#download} are the only ways in and out.
 *
 * <p>A tensor's elements are float32 and lie in row-major order, but for a {@link #isPacked packed} one's.
 *
 * <p>A tensor belongs to the {@link Scope} that made it and dies with it. Views share the elements of the tensor they
 * were taken from.
 */
public abstract class Tensor {
    private final Scope scope;
    private final Shape shape;
    private final boolean packed;
    private final ElementType type;

    protected Tensor(Scope scope, Shape shape, boolean packed, ElementType type) {
        this.scope = scope;
        this.shape = shape;
        this.packed = packed;
        this.type = type;
    }

    public final Shape shape() {
        return shape;
    }

    /** Whether the elements lie in an order of the engine's own, see {@link Scope#packed}. */
    public final boolean isPacked() {
        return packed;
    }

    /** What the elements are stored as: float32, if this tensor isn't packed. */
    public final ElementType elementType() {
        return type;
    }

    public final Scope scope() {
        return scope;
    }

    /**
     * The same elements under another shape.
     *
     * @throws IllegalArgumentException if the number of elements differs, or this tensor is packed
     */
    public final Tensor reshaped(Shape other) {
        rowMajor("reshape");
        if (other.size() != shape.size()) {
            throw new IllegalArgumentException(
                    "reshape: " + shape + " has " + shape.size() + " elements, " + other + " has " + other.size());
        }
        return other.equals(shape) ? this : view(scope, other, 0);
    }

    /**
     * Rows {@code from .. from + count - 1} along the first axis, sharing this tensor's elements.
     *
     * @throws IllegalArgumentException if the range leaves the tensor, or this tensor is packed
     */
    public final Tensor rows(int from, int count) {
        rowMajor("rows");
        if (from < 0 || count < 1 || from > shape.rows() - count) {
            throw new IllegalArgumentException("rows: " + from + " .. " + (from + count - 1L) + " asked of " + shape);
        }
        return count == shape.rows() ? this : view(scope, shape.withRows(count), from * shape.rowSize());
    }

    private void rowMajor(String view) {
        if (packed) {
            throw new IllegalArgumentException(view + ": a " + this + " has no views");
        }
    }

    /** The engine's own view of these elements, starting {@code offset} elements further on. */
    protected abstract Tensor view(Scope scope, Shape shape, int offset);

    @Override
    public final String toString() {
        return (packed ? "packed " : "")
                + (type == ElementType.FLOAT32 ? "" : type + " ")
                + "tensor " + shape + " on " + scope.backend().engine();
    }
}
