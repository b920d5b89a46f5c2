package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;

/**
 * How products are cut into tiles on this machine, in the letters of Goto and van de Geijn (2008) and of BLIS: what its
 * registers decide. The sizes of blocks, which its caches decide, are {@link SimdParameters}. It is all about speed: no
 * bit of a result depends on it.
 *
 * <pre>
 *     vectors  registers  MR  MR_ROWS  MR_STRIDED  MR_SINGLES  MR_UPDATE  MR_EDGE  MR_SKINNY  MR_PIXELS  NR
 *     128 bits    16       6     5         6           5           6         8         8          6       8   SSE, AVX
 *     128 bits    32      12     6        14          13           8         8         8          6       8   Arm
 *     256 bits    16       6     5         6           5           6         8         8          6      16   AVX2
 *     512 bits    32      12     6        14          13           8         8         8          6      32   AVX-512
 * </pre>
 */
final class Blocking {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    /** Vector registers: a tile's sums, a row of its B and a broadcast element of A must fit. */
    static final int REGISTERS = LANES >= 16 || ARM ? 32 : 16;

    /** The heights of tiles, for a number of registers: the rows of the table above. */
    private record Heights(
            int mr, int mrRows, int mrStrided, int mrSingles, int mrUpdate, int mrEdge, int mrSkinny, int mrPixels) {}

    private static final Heights HEIGHTS = switch (REGISTERS) {
        case 32 -> new Heights(12, 6, 14, 13, 8, 8, 8, 6);
        default -> new Heights(6, 5, 6, 5, 6, 8, 8, 6);
    };

    /** Rows of a tile of C where A is packed or read by columns. */
    static final int MR = HEIGHTS.mr();

    /** The same where A is read by rows; with 16 registers a sixth row spills (107 and 67 GFLOP/s on one AVX2 core). */
    static final int MR_ROWS = HEIGHTS.mrRows();

    /** The same where they are as far apart as the tile knows; images are often multiples of 7 or 14 pixels wide. */
    static final int MR_STRIDED = HEIGHTS.mrStrided();

    /**
     * The same where A and B are read by columns and rows where they are (256 products deep, on one Zen 5 core: 12 rows
     * 205 GFLOP/s, 13 rows 233, 14 rows 217; a filter gradient of 64 to 64 channels, held to AVX2: 5 rows 119, 6 rows
     * 64, as one spills).
     */
    static final int MR_SINGLES = HEIGHTS.mrSingles();

    /** The same where an optimiser's step follows: with AVX-512 small enough that the two overlap. */
    static final int MR_UPDATE = HEIGHTS.mrUpdate();

    /**
     * The same in an edge tile of one vector. (Two vectors took 1.3 to 1.9 times as long, with 6, 8 and 16 columns.)
     */
    static final int MR_EDGE = HEIGHTS.mrEdge();

    /**
     * The same where all of C is such tiles. More rows than 8 have more addresses than there are registers, and C2
     * keeps some of them in vectors: 4.2 us for 32 x 784 -> 10 with 8 rows, 4.5 with 12, 5.1 with 16.
     */
    static final int MR_SKINNY = HEIGHTS.mrSkinny();

    /** Pixels in a tile of a convolution over one channel. */
    static final int MR_PIXELS = HEIGHTS.mrPixels();

    /** Rows of the tallest tile of any kind. */
    static final int MOST_ROWS = 16;

    /** Columns of a tile, and of a panel of B. */
    static final int NR = 2 * LANES;

    /**
     * Rows that such a step waits for, 288 elements or a little less: one tile with AVX-512; three with AVX2, where a
     * tile is more instructions than a core looks ahead, so that nothing is lost by a longer run, which is better for
     * the update (on Zen 3 1.02 to 1.09 times as fast as by one tile of 5 rows).
     */
    static final int UPDATE_ROWS = Math.max(1, 288 / NR / MR_UPDATE) * MR_UPDATE;

    /** Rows that are packed side by side: about as many streams as a core's prefetcher follows, and whole panels. */
    static final int STREAMS = Math.max(32, NR);

    /** Products that take as long as packing an element whose neighbours stay neighbours. */
    static final int COPY_COST = 30;

    /** The same where they do not: in rows of A and in a B stored transposed. */
    static final int GATHER_COST = 60;

    /** C is written in order where its rows are left whole: a partition that splits them must save a few per cent. */
    static final double SPLIT_ROWS_BELOW = 0.97;

    private Blocking() {}

    /** Rows of a tile that keeps, of a convolution over one channel, so many columns of few filters in registers. */
    static int mrNarrow(int columns) {
        return Math.min(MOST_ROWS, REGISTERS - 1 - columns);
    }

    /**
     * How many of the remaining rows the next tile takes: mr, as long as what is left after it is enough to hide how
     * long an addition takes; else the last ones are shared out evenly.
     */
    static int nextRows(int remaining, int mr) {
        if (remaining <= mr) {
            return remaining;
        }
        if (remaining >= 3 * mr) {
            return mr;
        }
        int rest = remaining % mr;
        return rest == 0 || rest >= 4 ? mr : Math.ceilDiv(remaining, Math.ceilDiv(remaining, mr));
    }
}
