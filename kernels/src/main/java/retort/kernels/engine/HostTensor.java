package retort.kernels.engine;

import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A tensor in the Java heap: {@code array[offset .. end())}, in row-major order or, if it is packed on an engine that
 * has an order of its own, in panels. A panel holds some columns of the matrix, row by row; the last one is filled up
 * with columns of zeros, and every operation leaves them 0. Weights of fewer bits lie as {@link WeightPanels} says.
 */
public final class HostTensor extends Tensor {
    /** The panel of a tensor that has none. */
    public static final int ROW_MAJOR = 0;

    private final float[] array;
    private final int offset;
    private final int panel;

    /** @param panel columns of a panel, or {@link #ROW_MAJOR} */
    HostTensor(Scope scope, Shape shape, boolean packed, ElementType type, float[] array, int offset, int panel) {
        super(scope, shape, packed, type);
        this.array = array;
        this.offset = offset;
        this.panel = panel;
    }

    public float[] array() {
        return array;
    }

    /** Index of the first element. */
    public int offset() {
        return offset;
    }

    /** Elements of the shape. */
    public int size() {
        return shape().size();
    }

    /** Elements in the array, columns of zeros included. */
    public int length() {
        return length(shape(), elementType(), panel);
    }

    /** Where the weights of a packed tensor lie that is not of float32. */
    public WeightPanels weights() {
        return WeightPanels.of(elementType(), shape(), panel);
    }

    /** Index after the last element. */
    public int end() {
        return offset + length();
    }

    /** A copy of these weights in row-major order and float32, in this tensor's scope. */
    public HostTensor widened() {
        float[] elements = new float[size()];
        weights().load(array, offset, elements, 0);
        return new HostTensor(scope(), shape(), false, ElementType.FLOAT32, elements, 0, ROW_MAJOR);
    }

    static int length(Shape shape, ElementType type, int panel) {
        if (type != ElementType.FLOAT32) {
            return WeightPanels.of(type, shape, panel).words();
        }
        if (panel == ROW_MAJOR) {
            return shape.size();
        }
        return fitting(shape, panel, (long) shape.rows() * Math.ceilDiv(shape.rowSize(), panel) * panel);
    }

    /** The length of an array for a matrix in panels, if there is one so long. */
    static int fitting(Shape shape, int panel, long length) {
        if (length > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("scope: " + shape + " in panels of " + panel + " columns has " + length
                    + " elements, more than an array holds");
        }
        return (int) length;
    }

    /** Elements that lie side by side in both orders. */
    interface Run {
        /**
         * @param inOrder index of the first in row-major order
         * @param stored index of the first in the array
         */
        void at(int inOrder, int stored, int count);
    }

    /** Every run of this tensor, as they lie in the array. */
    void runs(Run run) {
        if (panel == ROW_MAJOR) {
            run.at(0, offset, size());
            return;
        }
        int rows = shape().rows();
        int columns = shape().rowSize();
        for (int column = 0; column < columns; column += panel) {
            int width = Math.min(panel, columns - column);
            for (int row = 0; row < rows; row++) {
                run.at(row * columns + column, offset + column * rows + row * panel, width);
            }
        }
    }

    @Override
    protected Tensor view(Scope scope, Shape shape, int elements) {
        return new HostTensor(scope, shape, false, elementType(), array, offset + elements, ROW_MAJOR);
    }
}
