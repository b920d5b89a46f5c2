package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class SimdExpTest {
    /** Elements that are tried at once. */
    private static final int BLOCK = 1 << 16;

    /** Up to here e^x is 1 + x, to 2^-51: three quarters of the floats that are tried need no exponential. */
    private static final float NEAR_ZERO = 0x1p-25f;

    @Test
    void isWithinOneUlpOfTheExactValueForEveryFloatInRange() {
        double worst = Math.max(
                worst(0, Float.floatToIntBits(SimdExp.HIGHEST)),
                worst(0x80000000, Float.floatToIntBits(SimdExp.LOWEST)));
        System.out.printf("exp: worst error %.6f ulp in %d lanes%n", worst, SimdSpecies.LANES);
        assertTrue(worst <= 1, "worst error is " + worst + " ulp");
    }

    /** The largest error, in ulps of the exact result, over all floats whose bits lie in a range. */
    private static double worst(int fromBits, int toBits) {
        int blocks = (toBits - fromBits) / BLOCK;
        return IntStream.rangeClosed(0, blocks)
                .parallel()
                .mapToDouble(block -> {
                    float[] x = new float[BLOCK];
                    for (int i = 0; i < BLOCK; i++) {
                        x[i] = Float.intBitsToFloat(Math.min(fromBits + block * BLOCK + i, toBits));
                    }
                    return worst(x);
                })
                .max()
                .orElseThrow();
    }

    /** What is near 0 mostly gives 1 and is then right; only what is worse than all before is divided. */
    private static double worst(float[] x) {
        float[] y = new float[x.length];
        new SimdProbe().exp(x, y);
        double worst = 0;
        for (int i = 0; i < x.length; i++) {
            boolean isNearZero = Math.abs(x[i]) < NEAR_ZERO;
            if (isNearZero && y[i] == 1) {
                continue;
            }
            double exact = isNearZero ? 1.0 + x[i] : Math.exp(x[i]);
            double error = Math.abs(y[i] - exact);
            double ulp = ulp((float) exact);
            if (Double.isNaN(error)) {
                return error;
            }
            if (error > worst * ulp) {
                worst = error / ulp;
            }
        }
        return worst;
    }

    /** As Math.ulp gives it for a normal number, without a branch. */
    private static double ulp(double value) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(value) & 0x7FF0_0000_0000_0000L) * 0x1p-23;
    }

    @Test
    void isZeroBelowTheNormalNumbersAndKeepsNaN() {
        float[] x = new float[SimdSpecies.LANES];
        x[0] = Float.NEGATIVE_INFINITY;
        x[1] = -88;
        x[2] = Float.NaN;
        x[3] = Float.intBitsToFloat(-1);
        float[] y = exp(x);
        assertEquals(0f, y[0]);
        assertEquals(0f, y[1]);
        assertTrue(Float.isNaN(y[2]));
        assertTrue(Float.isNaN(y[3]), "a NaN of other bits");
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
