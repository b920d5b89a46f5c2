package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * e^x for each lane, at most 0.988 ulp off for every float from -87.33654 to 88.37, as a test of them all finds;
 * 0 below, where the result is no normal number, and of no use above. NaN stays NaN.
 *
 * <p>x = n ln 2 + r with n whole and |r| <= ln(2) / 2, ln 2 in two parts so that the reduction is exact enough (Cody
 * and Waite 1980); e^r = 1 + r + r^2 q(r) with q of degree 5, fitted at Chebyshev nodes, its upper part evaluated in
 * pairs, which wait less for each other (Estrin 1960; in pairs throughout the result is up to 1.002 ulp off); then
 * times 2^n.
 */
final class SimdExp {
    /**
     * Adding this rounds a small float to a whole number n, and n + 127 then stands in its low bits: all that shifting
     * leaves is the exponent of 2^n.
     */
    private static final float ROUNDER = 0x1.8p23f + 127;

    private static final int EXPONENT_SHIFT = 23;
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);
    private static final float Q0 = 0x1p-1f;
    private static final float Q1 = 0x1.555556p-3f;
    private static final float Q2 = 0x1.5554e4p-5f;
    private static final float Q3 = 0x1.1110ep-7f;
    private static final float Q4 = 0x1.6d492p-10f;
    private static final float Q5 = 0x1.a12a42p-13f;

    /** The lowest float whose e^x is a normal number: log(2^-126) is -87.336545. */
    static final float LOWEST = -87.33654f;

    /** Above, the exponent overflows. */
    static final float HIGHEST = 88.37f;

    private SimdExp() {}

    static FloatVector exp(FloatVector x) {
        FloatVector rounded = x.fma(FloatVector.broadcast(SPECIES, LOG2_E), FloatVector.broadcast(SPECIES, ROUNDER));
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector r2 = r.mul(r);
        FloatVector q23 = r.fma(FloatVector.broadcast(SPECIES, Q3), FloatVector.broadcast(SPECIES, Q2));
        FloatVector q45 = r.fma(FloatVector.broadcast(SPECIES, Q5), FloatVector.broadcast(SPECIES, Q4));
        FloatVector q = q45.fma(r2, q23).fma(r, FloatVector.broadcast(SPECIES, Q1));
        q = q.fma(r, FloatVector.broadcast(SPECIES, Q0));
        FloatVector power = q.fma(r2, r).add(1);
        IntVector scale = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, EXPONENT_SHIFT);
        // Multiplied, not added to the exponent: a NaN stays one whatever its bits.
        FloatVector result = power.mul(scale.reinterpretAsFloats());
        return result.blend(0, x.compare(VectorOperators.LT, LOWEST));
    }
}
