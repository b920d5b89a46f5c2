package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.kernels.op.Shape;

class InitializerTest {
    /**
     * sqrt(6 / (fan in + fan out)) for Glorot and sqrt(6 / fan in) for He, the fans of a kernel counting its pixels.
     */
    @ParameterizedTest
    @CsvSource({
        "GLOROT_UNIFORM, 784x10, 0.08692913",
        "HE_UNIFORM, 784x10, 0.08748178",
        "GLOROT_UNIFORM, 3x3x1x32, 0.14213381",
        "HE_UNIFORM, 3x3x4x32, 0.40824829",
        "GLOROT_UNIFORM, 1200x1200, 0.05"
    })
    void weightsFillTheIntervalOfTheirFans(Initializer initializer, String extents, double limit) {
        float[] weights = initializer.draw(shape(extents), 3, 0);
        double largest = 0;
        double least = 0;
        for (float weight : weights) {
            largest = Math.max(largest, weight);
            least = Math.min(least, weight);
        }
        assertTrue(largest <= limit * (1 + 1e-7) && least >= -limit * (1 + 1e-7), least + " to " + largest);
        // That none of n draws comes into the outer share x of one side has a probability of (1 - x / 2)^n <= exp(-n x
        // / 2).
        double share = 2 * 20.0 / weights.length;
        assertTrue(largest >= limit * (1 - share) && least <= -limit * (1 - share), least + " to " + largest);
    }

    /**
     * The mean of n draws from +-a leaves +-t with probability at most 2 exp(-n t^2 / (2 a^2)) (Hoeffding 1963): 4e-9.
     */
    @ParameterizedTest
    @CsvSource({"GLOROT_UNIFORM, 784x10", "HE_UNIFORM, 784x10", "GLOROT_UNIFORM, 3x3x1x32", "GLOROT_UNIFORM, 1200x1200"
    })
    void weightsHaveTheMeanAndVarianceOfTheirInterval(Initializer initializer, String extents) {
        Shape shape = shape(extents);
        for (int index = 0; index < 5; index++) {
            float[] weights = initializer.draw(shape, 20261123, index);
            int kernel = shape.rank() == 4 ? 9 : 1;
            double limit = initializer.limit(
                    (long) kernel * shape.extent(shape.rank() - 2), (long) kernel * shape.extent(shape.rank() - 1));
            double mean = 0;
            double square = 0;
            for (float weight : weights) {
                mean += weight / limit / weights.length;
                square += weight / limit * (weight / limit) / weights.length;
            }
            double spread = Math.sqrt(2 * 20.0 / weights.length);
            assertEquals(0, mean, spread, initializer + " " + extents + " " + index);
            // Squares of draws lie in an interval half as wide as that of the draws.
            assertEquals(1.0 / 3, square, spread / 2, initializer + " " + extents + " " + index);
        }
    }

    @Test
    void drawsDependOnSeedAndIndexAlone() {
        Shape shape = Shape.of(13, 7);
        float[] weights = Initializer.GLOROT_UNIFORM.draw(shape, 1, 2);
        assertArrayEquals(weights, Initializer.GLOROT_UNIFORM.draw(shape, 1, 2));
        assertFalse(Arrays.equals(weights, Initializer.GLOROT_UNIFORM.draw(shape, 2, 2)));
        assertFalse(Arrays.equals(weights, Initializer.GLOROT_UNIFORM.draw(shape, 1, 3)));
    }

    private static Shape shape(String extents) {
        return Shape.of(
                Arrays.stream(extents.split("x")).mapToInt(Integer::parseInt).toArray());
    }
}
