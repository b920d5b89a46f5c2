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
