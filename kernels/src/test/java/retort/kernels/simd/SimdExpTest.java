package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class SimdExpTest {
    /**
     * Every n-th float of the range; {@code -Dretort.exp.stride=1} tries them all (a minute).
     */
    private static final int STRIDE = Integer.getInteger("retort.exp.stride", 97);

    @Test
    void isWithinOneUlpOfTheExactValue() {
        double worst = Math.max(
                worst(0, Float.floatToIntBits(SimdExp.HIGHEST)),
                worst(0x80000000, Float.floatToIntBits(SimdExp.LOWEST)));
        assertTrue(worst <= 1, "worst error is " + worst + " ulp");
    }

    /** The largest error, in ulps of the exact result, over floats whose bits lie in a range. */
    private static double worst(int fromBits, int toBits) {
        int lanes = SimdSpecies.LANES;
        int steps = (int) (((long) toBits - fromBits) / ((long) STRIDE * lanes));
        return IntStream.rangeClosed(0, steps)
                .parallel()
                .mapToDouble(step -> {
                    float[] x = new float[lanes];
                    for (int lane = 0; lane < lanes; lane++) {
                        long bits = fromBits + ((long) step * lanes + lane) * STRIDE;
                        x[lane] = Float.intBitsToFloat((int) Math.min(bits, toBits));
                    }
                    float[] y = exp(x);
                    double error = 0;
                    for (int lane = 0; lane < lanes; lane++) {
                        double exact = Math.exp(x[lane]);
                        error = Math.max(error, Math.abs(y[lane] - exact) / Math.ulp((float) exact));
                    }
                    return error;
                })
                .max()
                .orElseThrow();
    }

    @Test
    void isZeroBelowTheNormalNumbersAndKeepsNaN() {
        float[] x = new float[SimdSpecies.LANES];
        x[0] = Float.NEGATIVE_INFINITY;
        x[1] = -88;
        x[2] = Float.NaN;
        float[] y = exp(x);
        assertEquals(0f, y[0]);
        assertEquals(0f, y[1]);
        assertTrue(Float.isNaN(y[2]));
    }

    @Test
    void isOneAtZero() {
        assertEquals(1f, exp(new float[SimdSpecies.LANES])[0]);
    }

    private static float[] exp(float[] x) {
        float[] y = new float[x.length];
        SimdExp.exp(FloatVector.fromArray(SimdSpecies.SPECIES, x, 0)).intoArray(y, 0);
        return y;
    }
}
