package retort.nn.onnx;

import java.util.Map;
import java.util.TreeMap;

/** The operators that are known, by name. */
final class Operators {
    /** What becomes of a node. */
    interface Operator {
        void lower(Lowering lowering, Node node);
    }

    private static final Map<String, Operator> ALL = new TreeMap<>();

    static {
        ALL.put("Add", Arithmetic::add);
        ALL.put("AveragePool", Pools::average);
        ALL.put("BatchNormalization", BatchNorms::lower);
        ALL.put("Cast", Shapes::cast);
        ALL.put("Clip", Activations::clip);
        ALL.put("Concat", Joins::concat);
        ALL.put("Constant", Shapes::constant);
        ALL.put("Conv", Convolutions::lower);
        ALL.put("Div", Arithmetic::divide);
        ALL.put("Dropout", Activations::dropout);
        ALL.put("Flatten", Shapes::flatten);
        ALL.put("Gather", Shapes::gather);
        ALL.put("Gemm", Products::gemm);
        ALL.put("GlobalAveragePool", Pools::globalAverage);
        ALL.put("GlobalMaxPool", Pools::globalMax);
        ALL.put("Identity", Activations::identity);
        ALL.put("LogSoftmax", Softmaxes::logSoftmax);
        ALL.put("MatMul", Products::matMul);
        ALL.put("MaxPool", Pools::max);
        ALL.put("Mul", Arithmetic::multiply);
        ALL.put("Pad", Joins::pad);
        ALL.put("Relu", Activations::relu);
        ALL.put("Reshape", Shapes::reshape);
        ALL.put("Shape", Shapes::shape);
        ALL.put("Sigmoid", Activations::sigmoid);
        ALL.put("Softmax", Softmaxes::softmax);
        ALL.put("Squeeze", Shapes::squeeze);
        ALL.put("Sub", Arithmetic::subtract);
        ALL.put("Tanh", Activations::tanh);
        ALL.put("Transpose", Shapes::transpose);
        ALL.put("Unsqueeze", Shapes::unsqueeze);
    }

    private Operators() {}

    /** Refuses a graph with a node that is not known. */
    static void check(Graph graph) {
        for (Node node : graph.nodes()) {
            boolean own = node.domain().isEmpty() || node.domain().equals("ai.onnx");
            if (!own || !ALL.containsKey(node.op())) {
                throw new Refusal(
                        node,
                        "is " + (own ? "" : "of the domain " + node.domain() + ", ")
                                + "no operator that is run here, of opset " + graph.opset() + "; these are: "
                                + String.join(", ", ALL.keySet()));
            }
        }
    }

    static Operator of(Node node) {
        return ALL.get(node.op());
    }
}
