package retort.nn.onnx;

import java.util.Arrays;
import java.util.function.Supplier;
import retort.kernels.Tensor;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.ArithmeticSpec.Operator;

/** Add, Sub, Mul and Div, with broadcasting. */
final class Arithmetic {
    private Arithmetic() {}

    static void add(Lowering lowering, Node node) {
        lower(lowering, node, Operator.ADD);
    }

    static void subtract(Lowering lowering, Node node) {
        lower(lowering, node, Operator.SUBTRACT);
    }

    static void multiply(Lowering lowering, Node node) {
        lower(lowering, node, Operator.MULTIPLY);
    }

    static void divide(Lowering lowering, Node node) {
        lower(lowering, node, Operator.DIVIDE);
    }

    private static void lower(Lowering lowering, Node node, Operator operator) {
        Value a = lowering.value(node, 0);
        Value b = aligned(lowering, node, a, lowering.value(node, 1));
        if (a instanceof Constant left && b instanceof Constant right) {
            lowering.put(node.output(), Shapes.folded(lowering, node, operator, left, right));
            return;
        }
        boolean swaps = operator == Operator.ADD || operator == Operator.MULTIPLY;
        if (a instanceof Computed left && b instanceof Constant right && fits(left, right)) {
            lowering.put(node.output(), withConstant(lowering, node, operator, left, right));
        } else if (swaps && b instanceof Computed left && a instanceof Constant right && fits(left, right)) {
            lowering.put(node.output(), withConstant(lowering, node, operator, left, right));
        } else {
            Computed left = lowering.computed(node, 0);
            Computed right = b instanceof Computed computed
                    ? computed
                    : lowering.computed(node, 1).reshaped(b.dims());
            ofBoth(lowering, node, operator, left, right);
        }
    }

    /** Before opset 7 the second operand said at which axis of the first it begins. */
    private static Value aligned(Lowering lowering, Node node, Value a, Value b) {
        if (lowering.opset() >= 7 || !node.has("axis")) {
            return b;
        }
        int axis = Value.axis(node, node.integer("axis", 0), a.dims().length);
        int trailing = a.dims().length - axis - b.dims().length;
        if (trailing < 0) {
            throw new Refusal(
                    node,
                    "has an operand of " + Arrays.toString(b.dims()) + " from axis " + axis + " of one of "
                            + Arrays.toString(a.dims()));
        }
        int[] dims = Arrays.copyOf(b.dims(), b.dims().length + trailing);
        Arrays.fill(dims, b.dims().length, dims.length, 1);
        return switch (b) {
            case Constant constant -> constant.withDims(dims);
            case Computed computed -> computed.reshaped(dims);
        };
    }

    /** Whether a constant is the same for every example of x, and makes it no larger. */
    private static boolean fits(Computed x, Constant constant) {
        int[] dims = x.dims();
        int[] other = constant.dims();
        int less = dims.length - other.length;
        if (less < 0 || dims.length == 0 || less == 0 && other[0] != 1) {
            return false;
        }
        for (int i = 0; i < other.length; i++) {
            if (other[i] != 1 && other[i] != dims[less + i]) {
                return false;
            }
        }
        return true;
    }

    private static Computed withConstant(
            Lowering lowering, Node node, Operator operator, Computed operand, Constant constant) {
        if (!constant.isFloat()) {
            throw new Refusal(node, "has whole numbers as an operand, expected float32");
        }
        if (constant.size() == 1) {
            return apply(lowering, node, operator, operand, 1, constant::floats);
        }
        Computed x = operand.rowOrder() == null ? lowering.rowMajor(operand) : operand;
        int[] order = x.rowOrder();
        float[] row = row(x.dims(), constant);
        int period = period(x, row, order);
        return apply(lowering, node, operator, x, period, () -> {
            float[] elements = new float[period];
            for (int e = 0; e < period; e++) {
                elements[e] = row[order[e]];
            }
            return elements;
        });
    }

    /** A constant for each element of an example, row-major. */
    private static float[] row(int[] dims, Constant constant) {
        int[] example = dims.clone();
        example[0] = 1;
        float[] row = new float[Lowering.made(Value.size(example))];
        int[] strides = broadcast(constant.dims(), example);
        int[] at = Value.strides(example);
        for (int e = 0; e < row.length; e++) {
            int from = 0;
            for (int i = 0; i < example.length; i++) {
                from += e / at[i] % example[i] * strides[i];
            }
            row[e] = constant.floats()[from];
        }
        return row;
    }

    /** The innermost extent in memory if a row repeats after that many elements, else all of it. */
    private static int period(Computed x, float[] row, int[] order) {
        int inner = x.extents()[x.order().length - 1];
        for (int e = inner; e < row.length; e++) {
            if (row[order[e]] != row[order[e % inner]]) {
                return row.length;
            }
        }
        return Math.min(inner, row.length);
    }

    private static Computed apply(
            Lowering lowering, Node node, Operator operator, Computed x, int period, Supplier<float[]> constant) {
        String key = node.output() + " by " + period;
        Tensor b = lowering.weights().tensor(key, period, constant);
        int count = x.tensor().shape().size();
        Tensor y = lowering.tensor(count);
        lowering.backend().arithmetic(new ArithmeticSpec(operator, count, period), x.tensor(), b, y);
        return x.with(y);
    }

    /** A ReLU behind a sum is done with it. */
    private static void ofBoth(Lowering lowering, Node node, Operator operator, Computed a, Computed b) {
        Computed left = a;
        Computed right = b;
        boolean alike = Arrays.equals(a.dims(), b.dims());
        if (!alike) {
            int[] dims = common(node, a.dims(), b.dims());
            left = expanded(lowering, a, dims);
            right = expanded(lowering, b, dims);
        } else if (a.isAsComputed()) {
            right = lowering.laidOut(b, a.order());
        } else if (!Arrays.equals(a.inner(), b.inner()) || !Arrays.equals(a.order(), b.order())) {
            left = lowering.rowMajor(a);
            right = lowering.rowMajor(b);
        }
        int count = left.tensor().shape().size();
        Tensor y = lowering.tensor(count);
        String output = node.output();
        if (operator == Operator.ADD) {
            Node relu = lowering.onlyReader(output, "Relu");
            if (relu != null) {
                lowering.take(relu);
                output = relu.output();
            }
            lowering.backend().add(new AddSpec(count, relu != null), left.tensor(), right.tensor(), y);
        } else {
            lowering.backend().arithmetic(new ArithmeticSpec(operator, count, count), left.tensor(), right.tensor(), y);
        }
        lowering.put(output, left.with(y));
    }

    private static int[] common(Node node, int[] a, int[] b) {
        int[] dims = new int[Math.max(a.length, b.length)];
        for (int i = 1; i <= dims.length; i++) {
            int left = i > a.length ? 1 : a[a.length - i];
            int right = i > b.length ? 1 : b[b.length - i];
            if (left != right && left != 1 && right != 1) {
                throw new Refusal(
                        node,
                        "has operands of " + Arrays.toString(a) + " and " + Arrays.toString(b)
                                + ", which do not go together");
            }
            dims[dims.length - i] = Math.max(left, right);
        }
        return dims;
    }

    /** Strides of a row-major tensor when it is broadcast to larger extents: 0 along what it has one of. */
    static int[] broadcast(int[] dims, int[] to) {
        int[] own = Value.strides(dims);
        int[] strides = new int[to.length];
        int less = to.length - dims.length;
        for (int i = 0; i < dims.length; i++) {
            strides[less + i] = dims[i] == 1 ? 0 : own[i];
        }
        return strides;
    }

    /** The same repeated to larger extents, row-major. */
    static Computed expanded(Lowering lowering, Computed value, int[] dims) {
        Computed x = lowering.rowMajor(value);
        if (Arrays.equals(x.dims(), dims)) {
            return x;
        }
        Tensor y = lowering.tensor(Value.size(dims));
        lowering.copy(x.tensor(), 0, broadcast(x.dims(), dims), y, 0, Value.strides(dims), dims);
        return Computed.rowMajor(y, dims);
    }
}
