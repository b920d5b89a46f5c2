package retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of this machine. */
final class SimdSpecies {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    // Rotations by so many lanes. One constant each: C2 turns a shuffle into an instruction only if it knows it.
    private static final VectorShuffle<Float> BY_32 = rotation(32);
    private static final VectorShuffle<Float> BY_16 = rotation(16);
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private SimdSpecies() {}

    private static VectorShuffle<Float> rotation(int lanes) {
        return SPECIES.iotaShuffle(lanes, 1, true);
    }

    /**
     * Every lane becomes the sum of all lanes, added in a fixed tree. {@code reduceLanes(ADD)} leaves the order open,
     * and so the last bits to whichever compiler has got to the code.
     */
    static FloatVector sumToAll(FloatVector vector) {
        FloatVector sum = vector;
        sum = LANES > 32 ? sum.add(sum.rearrange(BY_32)) : sum;
        sum = LANES > 16 ? sum.add(sum.rearrange(BY_16)) : sum;
        sum = LANES > 8 ? sum.add(sum.rearrange(BY_8)) : sum;
        sum = LANES > 4 ? sum.add(sum.rearrange(BY_4)) : sum;
        sum = LANES > 2 ? sum.add(sum.rearrange(BY_2)) : sum;
        return sum.add(sum.rearrange(BY_1));
    }

    /** Every lane becomes the largest of all lanes, or NaN if one is. */
    static FloatVector largestToAll(FloatVector vector) {
        FloatVector largest = vector;
        largest = LANES > 32 ? largest.max(largest.rearrange(BY_32)) : largest;
        largest = LANES > 16 ? largest.max(largest.rearrange(BY_16)) : largest;
        largest = LANES > 8 ? largest.max(largest.rearrange(BY_8)) : largest;
        largest = LANES > 4 ? largest.max(largest.rearrange(BY_4)) : largest;
        largest = LANES > 2 ? largest.max(largest.rearrange(BY_2)) : largest;
        return largest.max(largest.rearrange(BY_1));
    }
}
