package retort.driver.job;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** Small dense systems of linear equations. */
final class LinearSystem {
    /** In rows whose largest element is 1, a pivot that is smaller is a rounding error. */
    private static final double SINGULAR = 100 * Math.ulp(1.0);

    private LinearSystem() {}

    /**
     * The x for which A x = b, by Gaussian elimination with partial pivoting on rows of which each is first divided
     * by its largest element; A is n x n. Neither is changed.
     *
     * @return empty where A is singular, as far as doubles can tell
     */
    static Optional<double[]> solve(double[][] a, double[] b) {
        int n = b.length;
        double[][] rows =
                IntStream.range(0, n).mapToObj(i -> scaled(a[i], b[i])).toArray(double[][]::new);
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k + 1; i < n; i++) {
                pivot = Math.abs(rows[i][k]) > Math.abs(rows[pivot][k]) ? i : pivot;
            }
            double[] swapped = rows[k];
            rows[k] = rows[pivot];
            rows[pivot] = swapped;
            if (!(Math.abs(rows[k][k]) > SINGULAR)) {
                return Optional.empty();
            }
            for (int i = k + 1; i < n; i++) {
                double factor = rows[i][k] / rows[k][k];
                for (int j = k; j <= n; j++) {
                    rows[i][j] -= factor * rows[k][j];
                }
            }
        }
        double[] x = new double[n];
        for (int i = n - 1; i >= 0; i--) {
            x[i] = rows[i][n];
            for (int j = i + 1; j < n; j++) {
                x[i] -= rows[i][j] * x[j];
            }
            x[i] /= rows[i][i];
        }
        return Optional.of(x);
    }

    /** A row of A, then of b, over the largest element of the former: NaN for a row of zeros. */
    private static double[] scaled(double[] row, double right) {
        double largest = Arrays.stream(row).map(Math::abs).max().orElseThrow();
        double[] scaled = new double[row.length + 1];
        for (int j = 0; j < row.length; j++) {
            scaled[j] = row[j] / largest;
        }
        scaled[row.length] = right / largest;
        return scaled;
    }
}
