package retort.nn.onnx;

import java.util.Arrays;

/** What a name of a graph stands for while its calls are put together: known, or computed by them. */
sealed interface Value permits Constant, Computed {
    /** Extents as ONNX has them; none for a single number. */
    int[] dims();

    static int size(int[] dims) {
        long size = 1;
        for (int extent : dims) {
            size *= extent;
            if (size > Integer.MAX_VALUE - 64) {
                throw new Refusal("has a value of " + Arrays.toString(dims) + ", more elements than an array holds");
            }
        }
        return (int) size;
    }

    /** Elements between neighbours of each axis, row-major. */
    static int[] strides(int[] dims) {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return strides;
    }

    static int[] identity(int rank) {
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i;
        }
        return order;
    }

    /** The index of an axis, which may count from the end. */
    static int axis(Node node, int axis, int rank) {
        int positive = axis < 0 ? axis + rank : axis;
        if (positive < 0 || positive >= rank) {
            throw new Refusal(node, "has axis " + axis + " of a value of " + rank + " axes");
        }
        return positive;
    }
}
