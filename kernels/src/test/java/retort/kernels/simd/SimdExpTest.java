package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class SimdExpTest {
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
