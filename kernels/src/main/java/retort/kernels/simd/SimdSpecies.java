package retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of this machine, and what follows from their width. */
final class SimdSpecies {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Columns of a micro-kernel's tile. */
    static final int PANEL = 2 * LANES;

    /** Rows of the tallest tile that fits the registers: 32 of them with AVX-512 and on 64-bit Arm, else 16. */
    static final int TALLEST = LANES >= 16 || System.getProperty("os.arch").equals("aarch64") ? 12 : 6;

    /** What a tile that overwrites starts from. */
    static final float[] ZEROS = new float[PANEL];

    private SimdSpecies() {}

    /**
     * The sum of a vector's lanes, first to last. {@code reduceLanes(ADD)} leaves the order open, and so the last bits to
     * whichever compiler has got to the code.
     *
     * @param lanes scratch, at least one vector long
     */
    static float sum(FloatVector vector, float[] lanes) {
        vector.intoArray(lanes, 0);
        float sum = lanes[0];
        for (int lane = 1; lane < LANES; lane++) {
            sum += lanes[lane];
        }
        return sum;
    }

    /**
     * How many of the remaining rows the next tile takes: the tallest there is, as long as what is left after it need
     * not be done by tiles that are mostly overhead.
     */
    static int nextRows(int remaining, int tallest) {
        if (remaining <= 6) {
            return remaining;
        }
        if (tallest > 6 && remaining >= tallest) {
            return tallest;
        }
        if (tallest > 6 && remaining == 8) {
            return 8;
        }
        // Even shares of 4 to 6 rows.
        int tiles = (remaining + 5) / 6;
        return (remaining + tiles - 1) / tiles;
    }
}
