package retort.nn.onnx;

import java.util.Arrays;
import java.util.Map;
import retort.kernels.Tensor;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;

/** MaxPool, AveragePool and their global forms. */
final class Pools {
    private Pools() {}

    static void max(Lowering lowering, Node node) {
        if (node.hasMoreOutputs()) {
            throw new Refusal(node, "gives the indices of the largest, which nothing here computes");
        }
        Computed x = lowering.computed(node, 0);
        lowering.put(node.output(), max(lowering, node, x, Window.of(node, x.dims(), null)));
    }

    private static Computed max(Lowering lowering, Node node, Computed x, Window window) {
        requireUndilated(node, window);
        return pooled(lowering, x, window, Pool2dSpec.Kind.MAX, Float.NEGATIVE_INFINITY, window.needsFrame());
    }

    /** @param frame whether images are put into a frame of a value first */
    private static Computed pooled(
            Lowering lowering, Computed x, Window window, Pool2dSpec.Kind kind, float value, boolean frame) {
        Computed images = Images.of(lowering, x);
        Tensor framed = frame ? Images.framed(lowering, images, window, value) : images.tensor();
        Pool2dSpec spec = new Pool2dSpec(
                kind,
                Pass.FORWARD,
                x.dims()[0],
                frame ? window.framed(0) : window.image()[0],
                frame ? window.framed(1) : window.image()[1],
                x.dims()[1],
                window.kernel()[0],
                window.kernel()[1],
                window.stride(),
                frame ? 0 : window.padding());
        Tensor y = lowering.tensor(spec.yShape().size());
        lowering.backend().pool2d(spec, framed.reshaped(spec.xShape()), y.reshaped(spec.yShape()));
        return Images.kept(lowering, y, spec.yShape().extents(), window, x.dims().length);
    }

    private static void requireUndilated(Node node, Window window) {
        if (window.dilations()[0] != 1 || window.dilations()[1] != 1) {
            throw new Refusal(node, "pools with dilations " + Arrays.toString(window.dilations()) + ", expected 1");
        }
    }

    static void average(Lowering lowering, Node node) {
        Computed x = lowering.computed(node, 0);
        Window window = Window.of(node, x.dims(), null);
        boolean padding = node.integer("count_include_pad", 0) != 0;
        lowering.put(node.output(), average(lowering, node, x, window, padding));
    }

    /**
     * Kernels take the mean of the pixels that are there. In a frame all of them are; where not all of these count,
     * the mean is scaled up.
     *
     * @param padded whether padding counts
     */
    private static Computed average(Lowering lowering, Node node, Computed x, Window window, boolean padded) {
        requireUndilated(node, window);
        boolean frame = window.needsFrame() || padded && window.padding() > 0;
        Computed means = pooled(lowering, x, window, Pool2dSpec.Kind.AVERAGE, 0, frame);
        return frame ? counted(lowering, node, means, window, x.dims()[1], padded) : means;
    }

    private static Computed counted(
            Lowering lowering, Node node, Computed means, Window window, int channels, boolean padded) {
        int area = window.kernel()[0] * window.kernel()[1];
        int example = Lowering.made((long) window.out()[0] * window.out()[1] * channels);
        float[] factors = new float[example];
        boolean whole = true;
        for (int e = 0; e < example; e++) {
            int pixel = e / channels;
            int rows = count(window, 0, pixel / window.out()[1], padded);
            int columns = count(window, 1, pixel % window.out()[1], padded);
            factors[e] = (float) area / (rows * columns);
            whole &= rows * columns == area;
        }
        if (whole) {
            return means;
        }
        Tensor scale = lowering.weights().tensor(node.output() + " counts", example, () -> factors);
        return lowering.elementwise(means, x -> {
            int count = x.shape().size();
            Tensor y = lowering.tensor(count);
            ArithmeticSpec spec = new ArithmeticSpec(ArithmeticSpec.Operator.MULTIPLY, count, example);
            lowering.backend().arithmetic(spec, x, scale, y);
            return y;
        });
    }

    /** Rows, or columns, of a window that count. */
    private static int count(Window window, int axis, int number, boolean padded) {
        int from = number * window.strides()[axis] - window.before()[axis];
        int to = from + window.kernel()[axis];
        int first = padded ? -window.before()[axis] : 0;
        int last = window.image()[axis] + (padded ? window.padded()[axis] : 0);
        return Math.min(to, last) - Math.max(from, first);
    }

    static void globalAverage(Lowering lowering, Node node) {
        Computed x = lowering.computed(node, 0);
        lowering.put(node.output(), average(lowering, node, x, whole(node, x.dims()), false));
    }

    static void globalMax(Lowering lowering, Node node) {
        Computed x = lowering.computed(node, 0);
        lowering.put(node.output(), max(lowering, node, x, whole(node, x.dims())));
    }

    /** One window over all of an image. */
    private static Window whole(Node node, int[] dims) {
        Node bare = new Node(node.name(), node.op(), node.domain(), node.inputs(), node.outputs(), Map.of());
        return Window.of(bare, dims, dims.length < 3 ? null : Arrays.copyOfRange(dims, 2, dims.length));
    }
}
