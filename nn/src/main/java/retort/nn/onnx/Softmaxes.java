package retort.nn.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import retort.kernels.Tensor;
import retort.kernels.op.SoftmaxSpec;

/** Softmax and LogSoftmax: along an axis since opset 13, before that over all axes from one on. */
final class Softmaxes {
    private Softmaxes() {}

    static void softmax(Lowering lowering, Node node) {
        lower(lowering, node, false);
    }

    static void logSoftmax(Lowering lowering, Node node) {
        lower(lowering, node, true);
    }

    private static void lower(Lowering lowering, Node node, boolean log) {
        Computed value = lowering.computed(node, 0);
        int rank = value.dims().length;
        boolean along = lowering.opset() >= 13;
        int axis = Value.axis(node, node.integer("axis", along ? -1 : 1), rank);
        Computed x;
        int classes;
        if (along) {
            int[] axisLast = IntStream.concat(IntStream.range(0, rank).filter(i -> i != axis), IntStream.of(axis))
                    .toArray();
            x = lowering.laidOut(value, axisLast);
            classes = value.dims()[axis];
        } else {
            x = lowering.rowMajor(value);
            classes = Value.size(Arrays.copyOfRange(value.dims(), axis, rank));
        }
        int rows = x.tensor().shape().size() / classes;
        SoftmaxSpec spec = new SoftmaxSpec(rows, classes, 1, log);
        Tensor y = lowering.tensor(rows * classes);
        Tensor logits = x.tensor().reshaped(spec.shape());
        lowering.backend().softmax(spec, logits, y.reshaped(spec.shape()));
        lowering.put(node.output(), x.with(y));
    }
}
