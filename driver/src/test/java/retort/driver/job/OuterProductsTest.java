package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OuterProductsTest {
    /** Of small whole numbers, whose sums are exact. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5, 8, 11})
    void areSummedInAnyNumber(int count) {
        int rows = 7;
        int columns = 5;
        double[][] left = numbers(count, rows, 1);
        double[][] right = numbers(count, columns, 2);
        double[][] expected = numbers(rows, columns, 3);
        double[][] sum = numbers(rows, columns, 3);
        for (int n = 0; n < count; n++) {
            for (int c = 0; c < rows; c++) {
                for (int d = 0; d < columns; d++) {
                    expected[c][d] += left[n][c] * right[n][d];
                }
            }
        }
        OuterProducts.add(sum, left, right, count, false);
        assertArrayEquals(expected, sum);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void theLowerHalfIsTheSameAndTheUpperStays(int count) {
        double[][] vectors = numbers(count, 5, 4);
        double[][] whole = new double[5][5];
        double[][] lower = new double[5][5];
        OuterProducts.add(whole, vectors, vectors, count, false);
        OuterProducts.add(lower, vectors, vectors, count, true);
        for (int c = 0; c < 5; c++) {
            for (int d = 0; d < 5; d++) {
                assertEquals(d <= c ? whole[c][d] : 0, lower[c][d]);
            }
        }
    }

    private static double[][] numbers(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[][] numbers = new double[rows][columns];
        for (double[] row : numbers) {
            for (int c = 0; c < columns; c++) {
                row[c] = random.nextInt(-9, 10);
            }
        }
        return numbers;
    }
}
