package retort.driver.command;

import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;

/** One real kernel against an answer that is known: a product of matrices of small integers, which is exact in any order. */
final class KernelCheck {
    // No multiples of any tile, so that a kernel's edges are run too.
    private static final int ROWS = 17;
    private static final int COLUMNS = 37;
    private static final int DEPTH = 23;

    private KernelCheck() {}

    /** What the backend got wrong, empty if nothing. */
    static String problem(Backend backend) {
        float[] a = integers(ROWS * DEPTH, 7);
        float[] b = integers(DEPTH * COLUMNS, 5);
        try (Scope scope = backend.scope()) {
            Tensor c = scope.filled(Shape.of(ROWS, COLUMNS), Float.NaN);
            backend.gemm(
                    GemmSpec.nn(ROWS, COLUMNS, DEPTH),
                    scope.tensorOf(Shape.of(ROWS, DEPTH), a),
                    scope.tensorOf(Shape.of(DEPTH, COLUMNS), b),
                    c);
            return difference(a, b, backend.download(c));
        }
    }

    private static String difference(float[] a, float[] b, float[] c) {
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < COLUMNS; j++) {
                int expected = 0;
                for (int p = 0; p < DEPTH; p++) {
                    expected += (int) a[i * DEPTH + p] * (int) b[p * COLUMNS + j];
                }
                float got = c[i * COLUMNS + j];
                if (got != expected) {
                    return "its matrix product has " + got + " in row " + i + ", column " + j + ", expected "
                            + expected;
                }
            }
        }
        return "";
    }

    private static float[] integers(int count, int different) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i * 11 % different - different / 2;
        }
        return values;
    }
}
