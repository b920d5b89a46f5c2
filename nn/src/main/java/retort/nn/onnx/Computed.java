package retort.nn.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import retort.kernels.Tensor;

/**
 * A value that calls compute. What it is to ONNX is one thing, where its elements lie another: images stay in the
 * order of our kernels, height x width x channels, from the first convolution to the last, and Transpose, Reshape and
 * Flatten move nothing.
 *
 * @param tensor the elements, extents {@code inner} with the axes in {@code order}
 * @param dims extents as ONNX has them
 * @param inner extents of the same elements in the same row-major order, as they were when they were computed
 * @param order axes of inner as they lie in memory, outermost first
 */
record Computed(Tensor tensor, int[] dims, int[] inner, int[] order) implements Value {
    private static final int[] CHANNELS_LAST = {0, 2, 3, 1};

    /** Elements that lie as ONNX has them. */
    static Computed rowMajor(Tensor tensor, int... dims) {
        return new Computed(tensor, dims, dims, Value.identity(dims.length));
    }

    /** Images of ONNX's N x C x H x W that lie as N x H x W x C. */
    static Computed images(Tensor tensor, int... dims) {
        return new Computed(tensor, dims, dims, CHANNELS_LAST);
    }

    static int[] channelsLast() {
        return CHANNELS_LAST.clone();
    }

    Computed with(Tensor other) {
        return new Computed(other, dims, inner, order);
    }

    /**
     * The same elements under another shape: what Reshape does. Axes of one element come and go without a trace; what
     * else the shape changes is seen to once somebody asks for its axes.
     */
    Computed reshaped(int[] other) {
        int[] here = longAxes(inner, Value.identity(inner.length));
        int[] there = longAxes(other, Value.identity(other.length));
        if (here.length != there.length || inner.length == 0 || other.length == 0) {
            return new Computed(tensor, other, inner, order);
        }
        int[] renamed = new int[inner.length];
        for (int i = 0; i < here.length; i++) {
            if (inner[here[i]] != other[there[i]]) {
                return new Computed(tensor, other, inner, order);
            }
            renamed[here[i]] = there[i];
        }
        int[] kept =
                Arrays.stream(longAxes(inner, order)).map(axis -> renamed[axis]).toArray();
        int[] added = Arrays.stream(Value.identity(other.length))
                .filter(axis -> Arrays.stream(there).noneMatch(each -> each == axis))
                .toArray();
        int[] otherOrder =
                IntStream.concat(Arrays.stream(kept), Arrays.stream(added)).toArray();
        return new Computed(tensor, other, other, otherOrder);
    }

    /** Whether these are the extents that it was computed with, so that an axis of one is an axis of the other. */
    boolean isAsComputed() {
        return Arrays.equals(dims, inner);
    }

    /** Whether the elements lie in an order of the axes of inner, but for axes of one element. */
    boolean liesIn(int[] wanted) {
        return Arrays.equals(longAxes(inner, order), longAxes(inner, wanted));
    }

    boolean isRowMajor() {
        return liesIn(Value.identity(inner.length));
    }

    /** The first axis counts as long whatever its extent, so that a batch of 1 is treated as any other. */
    private static int[] longAxes(int[] extents, int[] axes) {
        return Arrays.stream(axes)
                .filter(axis -> axis == 0 || extents[axis] > 1)
                .toArray();
    }

    /**
     * For each element of an example as it lies in memory where it is in row-major order; null if examples do not lie
     * one after the other.
     */
    int[] rowOrder() {
        if (order.length < 2 || order[0] != 0 || inner[0] != dims[0]) {
            return null;
        }
        int[] extents = extents();
        int[] strides = Value.strides(inner);
        int[] rows = new int[Value.size(dims) / dims[0]];
        for (int e = 0; e < rows.length; e++) {
            int rest = e;
            for (int i = order.length - 1; i > 0; i--) {
                rows[e] += rest % extents[i] * strides[order[i]];
                rest /= extents[i];
            }
        }
        return rows;
    }

    /** Extents in memory, outermost first. */
    int[] extents() {
        int[] extents = new int[order.length];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = inner[order[i]];
        }
        return extents;
    }

    /** Elements between neighbours of each axis of inner. */
    int[] strides() {
        int[] inMemory = Value.strides(extents());
        int[] strides = new int[order.length];
        for (int i = 0; i < strides.length; i++) {
            strides[order[i]] = inMemory[i];
        }
        return strides;
    }
}
