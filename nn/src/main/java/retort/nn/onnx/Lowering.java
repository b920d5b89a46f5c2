package retort.nn.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;
import retort.kernels.op.StridedCopySpec;

/**
 * One way through a graph: values in, calls to a backend out. Each operator's class says what calls a node becomes;
 * here is what they share.
 */
final class Lowering {
    /** Elements of a constant that is made of smaller ones, and of all that are folded, at most. */
    private static final int MOST_MADE = 1 << 24;

    /** Elements of all that is computed for an example, at most: 1 GiB. */
    private static final long MOST_COMPUTED = 1L << 28;

    private final Graph graph;
    private final Backend backend;
    private final Scope scope;
    private final Weights weights;
    private final boolean dry;
    private final Batch batch;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, List<Node>> readers = new HashMap<>();
    private final Set<Node> taken = new HashSet<>();
    private long computedElements;
    private long foldedElements;

    /**
     * Examples in a batch.
     *
     * @param declared what the file says; {@link Graph.Input#ANY} if it leaves that open
     */
    record Batch(int size, int declared) {}

    /**
     * @param scope for what is computed
     * @param dry whether the tensors of scope have no elements, and calls are made to see that they can be
     */
    Lowering(Graph graph, Backend backend, Scope scope, Weights weights, Batch batch, boolean dry) {
        this.graph = graph;
        this.backend = backend;
        this.scope = scope;
        this.weights = weights;
        this.batch = batch;
        this.dry = dry;
        for (Node node : graph.nodes()) {
            for (String input : node.inputs()) {
                readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
            }
        }
        values.putAll(graph.constants());
    }

    /** Makes the calls, given the inputs, and gives the outputs as ONNX has them, row-major. */
    List<Computed> run(Map<String, Computed> inputs) {
        values.putAll(inputs);
        for (Node node : graph.nodes()) {
            if (!taken.contains(node)) {
                lower(node);
            }
        }
        return graph.outputs().stream()
                .map(output -> rowMajor(computed(output, values.get(output))))
                .toList();
    }

    private void lower(Node node) {
        try {
            Operators.of(node).lower(this, node);
        } catch (IllegalArgumentException e) {
            throw new Refusal(node, "can't be run: " + e.getMessage());
        } catch (ArithmeticException e) {
            throw new Refusal(node, "can't be run: a number of it is too large, or a divisor 0");
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new Refusal(node, "can't be run: its attributes or constants do not fit its inputs");
        }
    }

    int opset() {
        return graph.opset();
    }

    Backend backend() {
        return backend;
    }

    Weights weights() {
        return weights;
    }

    Batch batch() {
        return batch;
    }

    void put(String name, Value value) {
        values.put(name, value);
    }

    Value value(Node node, int input) {
        Value value = values.get(node.input(input));
        if (value == null) {
            throw new Refusal(node, "reads " + node.input(input) + ", which is not computed here");
        }
        return value;
    }

    /** An input that has to be known, or null if it is left out. */
    Constant optional(Node node, int input, String what) {
        return node.hasInput(input) ? constant(node, input, what) : null;
    }

    /** An input that has to be known. */
    Constant constant(Node node, int input, String what) {
        if (value(node, input) instanceof Constant constant) {
            return constant;
        }
        throw new Refusal(node, "computes its " + what + ", expected a constant: fold constants in the file");
    }

    /** The same of floats. */
    Constant floats(Node node, int input, String what) {
        Constant constant = constant(node, input, what);
        if (!constant.isFloat()) {
            throw new Refusal(node, "has whole numbers as its " + what + ", expected float32");
        }
        return constant;
    }

    /** An input as a tensor. */
    Computed computed(Node node, int input) {
        return computed(node.input(input), value(node, input));
    }

    private Computed computed(String name, Value value) {
        return switch (value) {
            case Computed computed -> computed;
            case Constant constant
            when constant.isFloat() ->
                Computed.rowMajor(
                        weights.tensor("constant " + name, constant.size(), constant::floats), constant.dims());
            case Constant constant ->
                throw new Refusal("has whole numbers as " + name + ", where float32 is computed with");
            case null -> throw new Refusal("has no value " + name + " where it is asked for");
        };
    }

    /**
     * The node that alone reads a value, if it is of this operator, has not been dealt with, and what else it reads is
     * there by now.
     */
    Node onlyReader(String value, String op) {
        List<Node> all = readers.getOrDefault(value, List.of());
        if (all.size() != 1 || graph.outputs().contains(value)) {
            return null;
        }
        Node reader = all.getFirst();
        return reader.op().equals(op)
                        && !taken.contains(reader)
                        && reader.inputs().getFirst().equals(value)
                        && reader.inputs().stream().skip(1).allMatch(this::isThere)
                ? reader
                : null;
    }

    private boolean isThere(String input) {
        return input.isEmpty() || values.containsKey(input);
    }

    /** Marks a node as done with another one's call. */
    void take(Node node) {
        taken.add(node);
    }

    Tensor tensor(int size) {
        computedElements += size;
        if (computedElements > MOST_COMPUTED * batch.size()) {
            throw new Refusal("computes more than " + MOST_COMPUTED + " elements for an example");
        }
        return scope.tensor(Shape.of(size));
    }

    /** A tensor that holds a value until a call writes to it. */
    Tensor filled(int size, float value) {
        Tensor tensor = tensor(size);
        if (!dry) {
            scope.backend().fill(tensor, value);
        }
        return tensor;
    }

    /** Refuses to make a constant of this many elements. */
    static int made(long size) {
        if (size > MOST_MADE) {
            throw new Refusal("takes a constant of " + size + " elements, expected at most " + MOST_MADE);
        }
        return (int) size;
    }

    /** Refuses to fold one more constant of this many elements. */
    void fold(long size) {
        foldedElements += size;
        if (foldedElements > MOST_MADE) {
            throw new Refusal("takes more than " + MOST_MADE + " elements of constants that are made of others: fold "
                    + "constants in the file");
        }
    }

    /** The elements in row-major order, with the extents that the value has. */
    Computed rowMajor(Computed x) {
        return laidOut(x, Value.identity(x.dims().length));
    }

    /** The elements with their axes in an order, copied if need be. */
    Computed laidOut(Computed x, int[] order) {
        Computed named = x;
        if (!x.isAsComputed()) {
            Tensor inOrder = (x.isRowMajor() ? x : turned(x, Value.identity(x.inner().length))).tensor();
            named = Computed.rowMajor(inOrder, x.dims());
        }
        return named.liesIn(order)
                ? new Computed(named.tensor(), named.dims(), named.dims(), order)
                : turned(named, order);
    }

    private Computed turned(Computed x, int[] order) {
        Computed y = new Computed(tensor(x.tensor().shape().size()), x.dims(), x.inner(), order);
        copy(x.tensor(), 0, x.strides(), y.tensor(), 0, y.strides(), x.inner());
        return y;
    }

    /** Copies a block of these extents from one place to another, at strides of elements. */
    void copy(Tensor x, int from, int[] xStrides, Tensor y, int to, int[] yStrides, int[] extents) {
        List<StridedCopySpec.Axis> axes = new ArrayList<>();
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] > 1) {
                axes.add(new StridedCopySpec.Axis(extents[i], xStrides[i], yStrides[i]));
            }
        }
        backend.stridedCopy(StridedCopySpec.of(x.shape().size(), y.shape().size(), from, to, axes), x, y);
    }

    /** What a call makes of each element by itself; the result lies as the operand does. */
    Computed elementwise(Computed x, UnaryOperator<Tensor> call) {
        return x.with(call.apply(x.tensor()));
    }
}
