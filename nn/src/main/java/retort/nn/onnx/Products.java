package retort.nn.onnx;

import java.util.Arrays;
import retort.kernels.Fused;
import retort.kernels.Tensor;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;

/** Gemm and MatMul. What follows a product by constants, a bias and a ReLU, is done in its epilogue. */
final class Products {
    private Products() {}

    static void gemm(Lowering lowering, Node node) {
        boolean transA = node.integer("transA", 0) != 0;
        boolean transB = node.integer("transB", 0) != 0;
        float alpha = node.number("alpha", 1);
        float beta = node.number("beta", 1);
        Computed a = lowering.computed(node, 0);
        int[] b = lowering.value(node, 1).dims();
        if (a.dims().length != 2 || b.length != 2) {
            throw new Refusal(
                    node,
                    "multiplies " + Arrays.toString(a.dims()) + " by " + Arrays.toString(b) + ", expected matrices");
        }
        int m = a.dims()[transA ? 1 : 0];
        int k = a.dims()[transA ? 0 : 1];
        int n = b[transB ? 0 : 1];
        if (b[transB ? 1 : 0] != k) {
            throw new Refusal(node, "multiplies " + m + " x " + k + " by " + b[transB ? 1 : 0] + " x " + n);
        }
        Value c = node.hasInput(2) ? lowering.value(node, 2) : null;
        boolean constants = !transA && lowering.value(node, 1) instanceof Constant;
        if (constants && (c == null || c instanceof Constant bias && isRow(bias, n))) {
            float[] row = c == null ? null : row((Constant) c, n, beta);
            Constant factor = lowering.floats(node, 1, "second factor");
            dense(lowering, node, a, new Dense(factor.floats(), k, n, transB, alpha), row);
            return;
        }
        Tensor y = lowering.tensor(m * n);
        if (c != null) {
            Computed summand = lowering.computed(node, 2);
            Tensor x = lowering.rowMajor(summand).tensor();
            int[] dims = {m, n};
            lowering.copy(x, 0, Arithmetic.broadcast(summand.dims(), dims), y, 0, Value.strides(dims), dims);
        }
        GemmSpec spec = GemmSpec.of(m, n, k, transA, transB).scaled(alpha, c == null ? 0 : beta);
        Tensor left = lowering.rowMajor(a).tensor().reshaped(spec.aShape());
        Tensor right = lowering.rowMajor(lowering.computed(node, 1)).tensor().reshaped(spec.bShape());
        lowering.backend().gemm(spec, left, right, y.reshaped(spec.cShape()));
        lowering.put(node.output(), Computed.rowMajor(y, m, n));
    }

    /** Whether a summand is the same for each row. */
    private static boolean isRow(Constant summand, int n) {
        int[] dims = summand.dims();
        boolean oneRow = dims.length < 2 || dims.length == 2 && dims[0] == 1;
        return summand.isFloat() && oneRow && (summand.size() == 1 || summand.size() == n);
    }

    private static float[] row(Constant summand, int n, float factor) {
        float[] row = new float[n];
        for (int j = 0; j < n; j++) {
            row[j] = factor * summand.floats()[summand.size() == 1 ? 0 : j];
        }
        return row;
    }

    /** Constants that a product is with: k x n, or n x k if they are transposed, times alpha. */
    private record Dense(float[] elements, int k, int n, boolean transposed, float alpha) {
        /** Row-major k x n with its rows in an order. */
        float[] matrix(int[] order) {
            float[] matrix = new float[elements.length];
            for (int p = 0; p < k; p++) {
                int row = order == null ? p : order[p];
                for (int j = 0; j < n; j++) {
                    matrix[p * n + j] = alpha * elements[transposed ? j * k + row : row * n + j];
                }
            }
            return matrix;
        }
    }

    /** x W and, where they follow, a bias and a ReLU; rows of W are brought into the order of x. */
    private static void dense(Lowering lowering, Node node, Computed operand, Dense dense, float[] gemmBias) {
        int n = dense.n;
        int rows = Value.size(operand.dims()) / dense.k;
        boolean moves = !operand.isRowMajor();
        int[] order = moves && operand.dims().length == 2 ? operand.rowOrder() : null;
        Tensor x = moves && order == null ? lowering.rowMajor(operand).tensor() : operand.tensor();
        String output = node.output();
        float[] bias = gemmBias;
        Node add = bias == null ? lowering.onlyReader(output, "Add") : null;
        if (add != null && lowering.value(add, 1) instanceof Constant summand && isRow(summand, n)) {
            bias = row(summand, n, 1);
            lowering.take(add);
            output = add.output();
        }
        Node relu = lowering.onlyReader(output, "Relu");
        if (relu != null) {
            lowering.take(relu);
            output = relu.output();
        }
        GemmSpec spec = GemmSpec.nn(rows, n, dense.k)
                .withPackedB(lowering.weights().type())
                .with(new Epilogue(bias != null, relu != null, 0, false));
        Tensor w = lowering.weights().matrix(node.output() + " weights", spec.bShape(), () -> dense.matrix(order));
        float[] summands = bias;
        Fused fused = bias == null
                ? Fused.NONE
                : Fused.bias(lowering.weights().tensor(node.output() + " bias", n, () -> summands));
        Tensor y = lowering.tensor(rows * n);
        lowering.backend().gemm(spec, x.reshaped(spec.aShape()), w, y.reshaped(spec.cShape()), fused);
        int[] dims = operand.dims().clone();
        dims[dims.length - 1] = n;
        lowering.put(output, Computed.rowMajor(y, dims));
    }

    static void matMul(Lowering lowering, Node node) {
        Computed a = lowering.computed(node, 0);
        int[] left = a.dims();
        int[] right = lowering.value(node, 1).dims();
        int rank = left.length;
        boolean matrix = right.length == 2;
        int batches = Value.size(Arrays.copyOf(left, Math.max(0, rank - 2)));
        if (rank < 2
                || right.length < 2
                || left[rank - 1] != right[right.length - 2]
                || !matrix && !Arrays.equals(left, 0, rank - 2, right, 0, right.length - 2)) {
            throw new Refusal(
                    node,
                    "multiplies " + Arrays.toString(left) + " by " + Arrays.toString(right)
                            + ", expected matrices, as many on the right or one, that go together");
        }
        int m = left[rank - 2];
        int k = left[rank - 1];
        int n = right[right.length - 1];
        if (matrix && lowering.value(node, 1) instanceof Constant) {
            Constant factor = lowering.floats(node, 1, "second factor");
            dense(lowering, node, a, new Dense(factor.floats(), k, n, false, 1), null);
            return;
        }
        Tensor x = lowering.rowMajor(a).tensor().reshaped(Shape.of(batches, m, k));
        Tensor w = lowering.rowMajor(lowering.computed(node, 1)).tensor();
        int[] dims = left.clone();
        dims[rank - 1] = n;
        Tensor y = lowering.tensor(Value.size(dims));
        GemmSpec spec = GemmSpec.nn(m, n, k);
        for (int i = 0; i < batches; i++) {
            Tensor factor = matrix ? w : w.reshaped(Shape.of(batches, k, n)).rows(i, 1);
            Tensor product = y.reshaped(Shape.of(batches, m, n)).rows(i, 1);
            lowering.backend()
                    .gemm(
                            spec,
                            x.rows(i, 1).reshaped(spec.aShape()),
                            factor.reshaped(spec.bShape()),
                            product.reshaped(spec.cShape()));
        }
        lowering.put(node.output(), Computed.rowMajor(y, dims));
    }
}
