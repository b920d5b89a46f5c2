package retort.nn.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import retort.kernels.Tensor;

/** Concat and Pad: blocks of a larger tensor. */
final class Joins {
    private Joins() {}

    static void concat(Lowering lowering, Node node) {
        boolean known = IntStream.range(0, node.inputs().size())
                .allMatch(i -> lowering.value(node, i) instanceof Constant constant && !constant.isFloat());
        if (known) {
            lowering.put(node.output(), Shapes.joined(lowering, node));
            return;
        }
        List<Computed> parts = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            parts.add(lowering.computed(node, i));
        }
        Computed first = parts.getFirst();
        int rank = first.dims().length;
        int axis = Value.axis(node, node.integer("axis", 1), rank);
        int[] order = first.isAsComputed() ? first.order() : Value.identity(rank);
        int[] dims = first.dims().clone();
        dims[axis] = 0;
        for (Computed part : parts) {
            int[] own = part.dims().clone();
            if (own.length != rank) {
                throw new Refusal(node, "joins values of " + rank + " and " + own.length + " axes");
            }
            dims[axis] = Math.addExact(dims[axis], own[axis]);
            own[axis] = dims[axis];
            if (!Arrays.equals(own, dims)) {
                throw new Refusal(
                        node,
                        "joins " + Arrays.toString(first.dims()) + " and " + Arrays.toString(part.dims())
                                + " along axis " + axis);
            }
        }
        Computed y = new Computed(lowering.tensor(Value.size(dims)), dims, dims, order);
        int[] strides = y.strides();
        int at = 0;
        for (Computed part : parts) {
            Computed x = lowering.laidOut(part, part.isAsComputed() ? part.order() : order);
            lowering.copy(x.tensor(), 0, x.strides(), y.tensor(), at * strides[axis], strides, x.dims());
            at += x.dims()[axis];
        }
        lowering.put(node.output(), y);
    }

    /** With a constant; paddings are an attribute before opset 11, an input since then. */
    static void pad(Lowering lowering, Node node) {
        Computed x = lowering.computed(node, 0);
        int rank = x.dims().length;
        if (!node.text("mode", "constant").equals("constant")) {
            throw new Refusal(node, "pads in mode " + node.text("mode", "") + ", expected constant");
        }
        int[] pads = node.integers("pads");
        float value = node.number("value", 0);
        if (lowering.opset() >= 11) {
            pads = Shapes.ints(node, lowering.constant(node, 1, "paddings"));
            Constant given = node.hasInput(2) ? lowering.floats(node, 2, "value") : null;
            value = given == null ? 0 : given.floats()[0];
        }
        if (pads == null
                || pads.length != 2 * rank
                || Arrays.stream(pads).anyMatch(pad -> pad < 0)
                || node.hasInput(3)) {
            throw new Refusal(
                    node,
                    "has paddings " + Arrays.toString(pads) + " of a value of " + rank
                            + " axes, expected two of 0 or more for each");
        }
        Computed laid = x.isAsComputed() ? x : lowering.rowMajor(x);
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = Math.addExact(Math.addExact(pads[i], x.dims()[i]), pads[rank + i]);
        }
        Tensor tensor = lowering.filled(Value.size(dims), value);
        Computed y = new Computed(tensor, dims, dims, laid.order());
        int to = 0;
        for (int i = 0; i < rank; i++) {
            to += pads[i] * y.strides()[i];
        }
        lowering.copy(laid.tensor(), 0, laid.strides(), tensor, to, y.strides(), laid.dims());
        lowering.put(node.output(), y);
    }
}
