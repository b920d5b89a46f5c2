package retort.nn.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import retort.kernels.op.ArithmeticSpec.Operator;

/** Operators that move nothing, and the arithmetic that shapes are computed with, which is done at once. */
final class Shapes {
    private Shapes() {}

    static void constant(Lowering lowering, Node node) {
        Constant constant;
        if (node.has("value")) {
            constant = node.tensor("value");
        } else if (node.has("value_float")) {
            constant = Constant.of(new int[0], new float[] {node.number("value_float", 0)});
        } else if (node.has("value_int")) {
            constant = Constant.of(new int[0], new long[] {
                node.of("value_int", Attribute.INT, "an integer").integer()
            });
        } else if (node.has("value_ints")) {
            constant = Constant.list(
                    node.of("value_ints", Attribute.INTS, "integers").integers());
        } else if (node.has("value_floats")) {
            float[] floats = node.of("value_floats", Attribute.FLOATS, "floats").floats();
            constant = Constant.of(new int[] {floats.length}, floats);
        } else {
            throw new Refusal(node, "has no value of floats or whole numbers");
        }
        lowering.put(node.output(), constant);
    }

    private static void reshape(Lowering lowering, Node node, int[] dims) {
        Value value = switch (lowering.value(node, 0)) {
            case Computed computed -> computed.reshaped(dims);
            case Constant constant -> constant.withDims(dims);
        };
        lowering.put(node.output(), value);
    }

    static void reshape(Lowering lowering, Node node) {
        int[] from = lowering.value(node, 0).dims();
        int[] dims = node.has("shape") ? node.integers("shape") : ints(node, lowering.constant(node, 1, "shape"));
        dims = dims.clone();
        boolean zeroIsZero = node.integer("allowzero", 0) != 0;
        Lowering.Batch batch = lowering.batch();
        boolean fixed = batch.declared() != Graph.Input.ANY;
        if (fixed && dims.length > 0 && dims[0] == batch.declared() && from.length > 0 && from[0] == batch.size()) {
            // A file of a fixed batch says it here again.
            dims[0] = batch.size();
        }
        int open = -1;
        long known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 0 && !zeroIsZero && i < from.length) {
                dims[i] = from[i];
            }
            if (dims[i] == -1 && open < 0) {
                open = i;
            } else if (dims[i] < 1) {
                throw new Refusal(
                        node,
                        "makes " + Arrays.toString(from) + " to " + Arrays.toString(dims)
                                + ", expected extents of 1 or more and at most one -1");
            } else {
                known = Math.min(known * dims[i], Integer.MAX_VALUE);
            }
        }
        int size = Value.size(from);
        if (open >= 0 && size % known == 0) {
            dims[open] = (int) (size / known);
            known = size;
        }
        if (known != size) {
            throw new Refusal(
                    node,
                    "makes " + Arrays.toString(from) + " to " + Arrays.toString(dims) + ", which has other elements"
                            + (fixed ? "; the file is of a fixed batch" : ""));
        }
        reshape(lowering, node, dims);
    }

    static void flatten(Lowering lowering, Node node) {
        int[] dims = lowering.value(node, 0).dims();
        int axis = node.integer("axis", 1);
        int positive = axis < 0 ? axis + dims.length : axis;
        if (positive < 0 || positive > dims.length) {
            throw new Refusal(node, "has axis " + axis + " of a value of " + dims.length + " axes");
        }
        int rows = Value.size(Arrays.copyOf(dims, positive));
        reshape(lowering, node, new int[] {rows, Value.size(dims) / rows});
    }

    /** Axes are an attribute before opset 13, an input since then; without any all of one element go. */
    static void squeeze(Lowering lowering, Node node) {
        int[] dims = lowering.value(node, 0).dims();
        int[] axes = axes(lowering, node, dims.length);
        int[] left = IntStream.range(0, dims.length)
                .filter(i -> axes == null ? dims[i] != 1 : Arrays.stream(axes).noneMatch(axis -> axis == i))
                .map(i -> dims[i])
                .toArray();
        if (Value.size(left) != Value.size(dims)) {
            throw new Refusal(node, "squeezes axes " + Arrays.toString(axes) + " of " + Arrays.toString(dims));
        }
        reshape(lowering, node, left);
    }

    static void unsqueeze(Lowering lowering, Node node) {
        int[] dims = lowering.value(node, 0).dims();
        int count = lowering.opset() >= 13
                ? lowering.constant(node, 1, "axes").size()
                : node.has("axes") ? node.integers("axes").length : 0;
        int[] axes = axes(lowering, node, dims.length + count);
        if (axes == null) {
            throw new Refusal(node, "names no axes");
        }
        int[] more = new int[dims.length + count];
        int next = 0;
        for (int i = 0; i < more.length; i++) {
            int axis = i;
            more[i] = Arrays.stream(axes).anyMatch(each -> each == axis) ? 1 : dims[next++];
        }
        reshape(lowering, node, more);
    }

    private static int[] axes(Lowering lowering, Node node, int rank) {
        int[] axes = node.integers("axes");
        if (lowering.opset() >= 13) {
            Constant given = lowering.optional(node, 1, "axes");
            axes = given == null ? null : ints(node, given);
        }
        return axes == null
                ? null
                : Arrays.stream(axes).map(axis -> Value.axis(node, axis, rank)).toArray();
    }

    /** The axes get other numbers, and the elements stay. */
    static void transpose(Lowering lowering, Node node) {
        Computed value = lowering.computed(node, 0);
        Computed x = value.isAsComputed() ? value : lowering.rowMajor(value);
        int rank = x.dims().length;
        int[] given = node.integers("perm");
        int[] perm = given != null
                ? given
                : IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        if (!Arrays.equals(Arrays.stream(perm).sorted().toArray(), Value.identity(rank))) {
            throw new Refusal(node, "has perm " + Arrays.toString(perm) + " of a value of " + rank + " axes");
        }
        int[] renamed = new int[rank];
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            renamed[perm[i]] = i;
            dims[i] = x.dims()[perm[i]];
        }
        int[] order = Arrays.stream(x.order()).map(axis -> renamed[axis]).toArray();
        lowering.put(node.output(), new Computed(x.tensor(), dims, dims, order));
    }

    static void shape(Lowering lowering, Node node) {
        int[] dims = lowering.value(node, 0).dims();
        int from = bound(node.integer("start", 0), dims.length);
        int to = Math.max(from, bound(node.integer("end", dims.length), dims.length));
        lowering.put(
                node.output(),
                Constant.list(Arrays.stream(dims, from, to).asLongStream().toArray()));
    }

    private static int bound(int axis, int rank) {
        return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }

    /** Of a list of whole numbers: some of them. */
    static void gather(Lowering lowering, Node node) {
        Constant list = lowering.constant(node, 0, "list");
        Constant indices = lowering.constant(node, 1, "indices");
        if (list.isFloat() || list.dims().length != 1 || indices.isFloat()) {
            throw new Refusal(node, "gathers other than whole numbers of a list");
        }
        lowering.fold(indices.size());
        long[] found = indices.integers().clone();
        for (int e = 0; e < found.length; e++) {
            long at = found[e] < 0 ? found[e] + list.size() : found[e];
            if (at < 0 || at >= list.size()) {
                throw new Refusal(node, "gathers element " + found[e] + " of a list of " + list.size());
            }
            found[e] = list.integers()[(int) at];
        }
        lowering.put(node.output(), Constant.of(indices.dims(), found));
    }

    /** Numbers stay what they are: whole ones for shapes, others float32. */
    static void cast(Lowering lowering, Node node) {
        int type = node.integer("to", 0);
        Value value = lowering.value(node, 0);
        boolean whole = value instanceof Constant constant && !constant.isFloat();
        boolean wanted = whole ? type == 6 || type == 7 : type == 1;
        if (whole && type == 1) {
            long[] integers = ((Constant) value).integers();
            lowering.fold(integers.length);
            float[] floats = new float[integers.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = integers[i];
            }
            lowering.put(node.output(), Constant.of(value.dims(), floats));
            return;
        }
        if (!wanted) {
            throw new Refusal(node, "makes numbers of type " + type + ", which nothing here computes with");
        }
        lowering.put(node.output(), value);
    }

    /** Lists of whole numbers, one behind the other. */
    static Constant joined(Lowering lowering, Node node) {
        List<Constant> lists = IntStream.range(0, node.inputs().size())
                .mapToObj(i -> lowering.constant(node, i, "list"))
                .toList();
        lowering.fold(lists.stream().mapToLong(Constant::size).sum());
        long[] joined = lists.stream()
                .flatMapToLong(list -> Arrays.stream(list.integers()))
                .toArray();
        return Constant.list(joined);
    }

    /** Of two constants of the same extents, or one of them a single number. */
    static Constant folded(Lowering lowering, Node node, Operator operator, Constant a, Constant b) {
        Constant larger = a.size() >= b.size() ? a : b;
        boolean together = a.size() == 1 || b.size() == 1 || Arrays.equals(a.dims(), b.dims());
        if (!together || a.isFloat() != b.isFloat()) {
            throw new Refusal(
                    node,
                    "computes with constants of " + Arrays.toString(a.dims()) + " and " + Arrays.toString(b.dims())
                            + ": fold constants in the file");
        }
        lowering.fold(larger.size());
        float[] floats = new float[a.isFloat() ? larger.size() : 0];
        long[] integers = new long[a.isFloat() ? 0 : larger.size()];
        for (int e = 0; e < larger.size(); e++) {
            int i = a.size() == 1 ? 0 : e;
            int j = b.size() == 1 ? 0 : e;
            if (a.isFloat()) {
                floats[e] = (float) of(operator, a.floats()[i], b.floats()[j]);
            } else {
                if (operator == Operator.DIVIDE && b.integers()[j] == 0) {
                    throw new Refusal(node, "divides a whole number by 0");
                }
                integers[e] = of(operator, a.integers()[i], b.integers()[j]);
            }
        }
        return a.isFloat() ? Constant.of(larger.dims(), floats) : Constant.of(larger.dims(), integers);
    }

    private static double of(Operator operator, double a, double b) {
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MINIMUM -> b < a ? b : a;
            case MAXIMUM -> b > a ? b : a;
        };
    }

    private static long of(Operator operator, long a, long b) {
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MINIMUM -> Math.min(a, b);
            case MAXIMUM -> Math.max(a, b);
        };
    }

    /** Whole numbers as ints. */
    static int[] ints(Node node, Constant constant) {
        if (constant.isFloat()) {
            throw new Refusal(node, "has floats where it needs whole numbers");
        }
        for (long integer : constant.integers()) {
            if (integer != (int) integer) {
                throw new Refusal(node, "has the number " + integer + ", expected a smaller one");
            }
        }
        return Arrays.stream(constant.integers()).mapToInt(i -> (int) i).toArray();
    }
}
