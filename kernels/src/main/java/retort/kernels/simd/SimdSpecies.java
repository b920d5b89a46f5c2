package retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of this machine, and what follows from their width. */
final class SimdSpecies {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Columns of a micro-kernel's tile. */
    static final int PANEL = 2 * LANES;

    /** Rows of the tallest tile that fits the registers: 32 of them with AVX-512 and on 64-bit Arm, else 16. */
    static final int TALLEST = LANES >= 16 || System.getProperty("os.arch").equals("aarch64") ? 12 : 6;

    // Rotations by so many lanes. One constant each: C2 turns a shuffle into an instruction only if it knows it.
    private static final VectorShuffle<Float> BY_32 = rotation(32);
    private static final VectorShuffle<Float> BY_16 = rotation(16);
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    /** What a tile that overwrites starts from. */
    static final float[] ZEROS = new float[PANEL];

    private SimdSpecies() {}

    private static VectorShuffle<Float> rotation(int lanes) {
        return SPECIES.iotaShuffle(lanes, 1, true);
    }

    /**
     * Every lane becomes the sum of all lanes, added in a fixed tree. {@code reduceLanes(ADD)} leaves the order open, and so
     * the last bits to whichever compiler has got to the code.
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

    /**
     * How many of the remaining rows the next tile takes: the tallest there is, as long as what is left after it need
     * not be done by tiles that are mostly overhead.
     *
     * @param tallest 5, 6 or 12
     */
    static int nextRows(int remaining, int tallest) {
        if (tallest == 12 && (remaining >= 12 || remaining == 8)) {
            return Math.min(remaining, 12);
        }
        int most = Math.min(tallest, 6);
        int tiles = Math.ceilDiv(remaining, most);
        return Math.ceilDiv(remaining, tiles);
    }
}
