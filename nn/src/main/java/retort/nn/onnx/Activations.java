package retort.nn.onnx;

import retort.kernels.Tensor;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.ArithmeticSpec.Operator;
import retort.kernels.op.ReluSpec;

/** Operators that make of each element another, and those that make nothing of it. */
final class Activations {
    private Activations() {}

    static void relu(Lowering lowering, Node node) {
        lowering.put(node.output(), relu(lowering, lowering.computed(node, 0)));
    }

    static Computed relu(Lowering lowering, Computed operand) {
        return lowering.elementwise(operand, x -> {
            Tensor y = lowering.tensor(x.shape().size());
            lowering.backend().relu(ReluSpec.forward(x.shape().size()), x, y);
            return y;
        });
    }

    static void sigmoid(Lowering lowering, Node node) {
        smooth(lowering, node, ActivationSpec.Kind.SIGMOID);
    }

    static void tanh(Lowering lowering, Node node) {
        smooth(lowering, node, ActivationSpec.Kind.TANH);
    }

    private static void smooth(Lowering lowering, Node node, ActivationSpec.Kind kind) {
        Computed result = lowering.elementwise(lowering.computed(node, 0), x -> {
            Tensor y = lowering.tensor(x.shape().size());
            lowering.backend().activation(ActivationSpec.forward(kind, x.shape().size()), x, y);
            return y;
        });
        lowering.put(node.output(), result);
    }

    /** Limits are attributes before opset 11, inputs since then. */
    static void clip(Lowering lowering, Node node) {
        Float least = limit(lowering, node, "min", 1);
        Float most = limit(lowering, node, "max", 2);
        Computed x = lowering.computed(node, 0);
        if (least != null && least == 0) {
            x = relu(lowering, x);
        } else if (least != null) {
            x = limited(lowering, node, x, Operator.MAXIMUM, least);
        }
        if (most != null) {
            x = limited(lowering, node, x, Operator.MINIMUM, most);
        }
        lowering.put(node.output(), x);
    }

    private static Float limit(Lowering lowering, Node node, String name, int input) {
        if (lowering.opset() < 11) {
            return node.has(name) ? (Float) node.number(name, 0) : null;
        }
        Constant limit = node.hasInput(input) ? lowering.floats(node, input, name) : null;
        if (limit != null && limit.size() != 1) {
            throw new Refusal(node, "has " + limit.size() + " numbers as " + name + ", expected one");
        }
        return limit == null ? null : (Float) limit.floats()[0];
    }

    private static Computed limited(Lowering lowering, Node node, Computed operand, Operator operator, float limit) {
        String key = node.output() + " " + operator;
        Tensor limits = lowering.weights().tensor(key, 1, () -> new float[] {limit});
        return lowering.elementwise(operand, x -> {
            int count = x.shape().size();
            Tensor y = lowering.tensor(count);
            lowering.backend().arithmetic(new ArithmeticSpec(operator, count, 1), x, limits, y);
            return y;
        });
    }

    static void identity(Lowering lowering, Node node) {
        lowering.put(node.output(), lowering.value(node, 0));
    }

    /** Predictions are made without it. */
    static void dropout(Lowering lowering, Node node) {
        Constant training = lowering.opset() >= 12 ? lowering.optional(node, 2, "training mode") : null;
        if (training != null && training.size() == 1 && !training.isFloat() && training.integers()[0] != 0) {
            throw new Refusal(node, "is in training mode, expected a network exported for inference");
        }
        if (node.hasMoreOutputs()) {
            throw new Refusal(node, "gives its mask, which nothing here computes");
        }
        lowering.put(node.output(), lowering.value(node, 0));
    }
}
