package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearSystemTest {
    @Test
    void solvesWhatARandomMatrixWasMultipliedWith() {
        for (int n = 1; n <= 12; n++) {
            Random random = new Random(n);
            double[][] a = new double[n][n];
            double[] x = random.doubles(n, -1, 1).toArray();
            double[] b = new double[n];
            for (int i = 0; i < n; i++) {
                // Rows of very different sizes.
                double size = Math.pow(10, random.nextInt(-12, 4));
                for (int j = 0; j < n; j++) {
                    a[i][j] = size * random.nextGaussian();
                    b[i] += a[i][j] * x[j];
                }
            }
            assertArrayEquals(x, LinearSystem.solve(a, b).orElseThrow(), 1e-9, "n = " + n);
        }
    }

    @Test
    void aPivotOfZeroIsNoSingularMatrix() {
        assertArrayEquals(
                new double[] {2, 1},
                LinearSystem.solve(new double[][] {{0, 1}, {1, 0}}, new double[] {1, 2})
                        .orElseThrow());
    }

    @Test
    void refusesARowOfZerosAndRowsThatAreMultiples() {
        assertTrue(LinearSystem.solve(new double[][] {{1, 2}, {0, 0}}, new double[] {1, 0})
                .isEmpty());
        assertTrue(LinearSystem.solve(new double[][] {{1, 2}, {3, 6}}, new double[] {1, 1})
                .isEmpty());
        assertTrue(LinearSystem.solve(new double[][] {{Double.NaN}}, new double[] {1})
                .isEmpty());
    }
}
