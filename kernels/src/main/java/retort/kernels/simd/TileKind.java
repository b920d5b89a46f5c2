package retort.kernels.simd;

import java.util.Arrays;

/**
 * How the operands of a tile lie, and what follows for its loops. Run r is one of several stretches of products; most
 * have one.
 */
enum TileKind {
    /**
     * A and B packed: {@code A(i, p) = a[aAt + i + p MR]}, MR being the tile's rows.
     * {@code B(p, j) = b[bAt + p NR + j]}.
     */
    PACKED,

    /**
     * A stored transposed, where it is: {@code A(i, p) = a[aAt + i + p lda]}, {@code B(p, j) = b[bAt + p ldb + j]}.
     * (ldb is NR, but as a constant it makes C2 cut the loop in three to be rid of B's bounds checks, and these sums
     * are short: 4 % slower at k = 32.)
     */
    COLUMNS,

    /**
     * A by rows, where it is: to pack it would cost more than it brings, since it is read once.
     * {@code A(i, p) = a[aAt + i lda + r aRun + p]}; B is packed, run after run.
     */
    ROWS,

    /**
     * {@link #ROWS} where lda is a constant of the tile: an address for each row would take more registers than there
     * are for a taller tile (14 rows with AVX-512: 226 GFLOP/s as ROWS, 274 so, of a peak of 290).
     */
    STRIDED,

    /** {@link #ROWS} where C has a vector of columns at most, of which the first are stored. */
    EDGE,

    /**
     * {@link #EDGE} where all of C is no wider and a sum is one run of products:
     * {@code B(p, j) = b[bAt + p LANES + j]}.
     */
    SKINNY,

    /**
     * {@link #ROWS} of a convolution over one channel, three wide: lda is 1, a run has three products. The sums are so
     * short that starting and ending a tile costs as much as the products.
     */
    PIXELS,

    /**
     * The same of kernels of any width, for C of a vector of columns at most: {@code B(p, j) = b[bAt + p LANES + j]}.
     * An element of A is in the windows of several rows, and is broadcast once for all of them. (A broadcast that is
     * used once C2 does not make a load where there are fences, which took three times as long on one Zen 3 core.)
     * Whole vectors are stored, so what a row has behind its columns is overwritten by the next row, and the last one
     * needs room.
     */
    NARROW,

    /**
     * The filter gradient of that convolution, both operands where they are:
     * {@code A(i, p) = a[aAt + i + r aRun + p lda]}, {@code B(p, j) = b[bAt + r bRun + p ldb + j]}, k pairs of products
     * in a run. The three rows of a tile are too few sums to hide how long an addition takes, so even and odd products
     * have sums of their own, which are added at the end. (Three rows of four vectors need a register more than AVX2
     * has: 41 instead of 50 GFLOP/s on one core.)
     */
    PAIRS,

    /** {@link #PAIRS} without the second of each pair: for the last of an odd number, and for taller tiles. */
    SINGLES;

    /** By the number that tiles know of their operands, 0 where they know none, and by rows. */
    private volatile MicroKernel[][] kernels = new MicroKernel[1][Blocking.MOST_ROWS + 1];

    /** The micro-kernel of so many rows; made when first asked for, and only then. */
    MicroKernel kernel(int rows) {
        return kernel(rows, 0);
    }

    /** The same of {@link #STRIDED}, whose rows of A are so far apart, and of {@link #NARROW} of such runs. */
    MicroKernel kernel(int rows, int known) {
        MicroKernel[][] made = kernels;
        MicroKernel kernel = known < made.length && made[known] != null ? made[known][rows] : null;
        return kernel != null ? kernel : make(rows, known);
    }

    private synchronized MicroKernel make(int rows, int known) {
        MicroKernel[][] made = known < kernels.length ? kernels : Arrays.copyOf(kernels, known + 1);
        if (made[known] == null) {
            made[known] = new MicroKernel[Blocking.MOST_ROWS + 1];
        }
        if (made[known][rows] == null) {
            made[known][rows] =
                    TileEmitter.of(new Tile(this, rows, vectors(), known)).define();
        }
        kernels = made;
        return made[known][rows];
    }

    /**
     * So many rows of C against a panel of B, for kinds that loop over tiles: tiles as tall as can be and one of the
     * rest, since each height takes its time to be compiled; but where the rest is too few sums to hide how long an
     * addition takes, heights differ by one.
     */
    void run(int k, int rows, int aAt, int lda, int bAt, MicroKernel.Operands operands, int cAt) {
        int mr = mr();
        int rest = rows % mr;
        boolean even = rest > 0 && rest < 4;
        int tiles = Math.ceilDiv(rows, mr);
        int height = even ? Math.ceilDiv(rows, tiles) : Math.min(rows, mr);
        int lower = even ? height - 1 : rest;
        int high = even ? rows - tiles * lower : rows / height;
        int stride = this == STRIDED ? lda : 0;
        kernel(height, stride).run(k, aAt, lda, bAt, high, operands, cAt);
        int done = high * height;
        if (done < rows) {
            int cRest = cAt + done * operands.ldc();
            kernel(lower, stride).run(k, aAt + done * lda, lda, bAt, (rows - done) / lower, operands, cRest);
        }
    }

    /**
     * So many rows of C by tiles whose rows of A lie as far apart as there are tiles, so that each goes on in the next
     * tile's: a few long streams, which the hardware prefetcher follows, instead of many short ones.
     */
    void runAsStreams(int k, int rows, int aAt, int lda, int bAt, MicroKernel.Operands operands, int cAt) {
        int mr = mr();
        int tiles = rows / mr;
        int ldc = operands.ldc();
        operands.ldc(tiles * ldc);
        for (int tile = 0; tile < tiles; tile++) {
            kernel(mr).run(k, aAt + tile * lda, tiles * lda, bAt, 1, operands, cAt + tile * ldc);
        }
        operands.ldc(ldc);
        int done = tiles * mr;
        if (done < rows) {
            kernel(rows - done).run(k, aAt + done * lda, lda, bAt, 1, operands, cAt + done * ldc);
        }
    }

    /** Rows of the tallest tile. */
    int mr() {
        return switch (this) {
            case PACKED, COLUMNS -> Blocking.MR;
            case ROWS -> Blocking.MR_ROWS;
            case STRIDED -> Blocking.MR_STRIDED;
            case EDGE -> Blocking.MR_EDGE;
            case SKINNY -> Blocking.MR_SKINNY;
            case PIXELS -> Blocking.MR_PIXELS;
            case NARROW -> Blocking.mrNarrow(1);
            case SINGLES -> Blocking.MR_SINGLES;
            case PAIRS -> 3;
        };
    }

    /** Vectors in a row of a tile. */
    int vectors() {
        return this == EDGE || this == SKINNY || this == NARROW ? 1 : 2;
    }

    /** From row to row of a packed B. */
    int panel() {
        return this == SKINNY || this == NARROW ? SimdSpecies.LANES : Blocking.NR;
    }

    /** Whether A is packed. */
    boolean packedA() {
        return this == PACKED;
    }

    /** Whether lda goes from row to row of A; else its rows lie side by side. */
    boolean rowsApart() {
        return this == ROWS || this == STRIDED || this == EDGE || this == SKINNY;
    }

    /**
     * Whether lda goes from column to column of A and ldb from row to row of B; else columns lie side by side, and B is
     * packed.
     */
    boolean productsApart() {
        return this == COLUMNS || this == PAIRS || this == SINGLES;
    }

    /**
     * Whether a fence stands before each broadcast. It emits no instruction; it keeps C2 from hoisting all the
     * broadcasts above the multiplications, which spills sums inside the loop: 79 without, 117 GFLOP/s with (6 rows of
     * packed A, one AVX2 core), 39 and 50 (PIXELS), 63 and 135 (6 rows of STRIDED, one Zen 5 core held to AVX2). The
     * others are no faster with it.
     */
    boolean fenced() {
        return this == PACKED || this == COLUMNS || this == STRIDED || this == PIXELS || this == NARROW;
    }

    /** Products written out in the innermost loop; of NARROW the tile knows how many. */
    int unrolled() {
        return switch (this) {
            case PACKED, COLUMNS, ROWS, STRIDED, EDGE, SKINNY, SINGLES -> 1;
            case PAIRS -> 2;
            case PIXELS -> 3;
            case NARROW -> 0;
        };
    }

    /** Whether there is a loop over products; else a run is what is written out. */
    boolean loopsProducts() {
        return this != PIXELS && this != NARROW;
    }

    /**
     * Whether A's index is the counter of that loop, which is tested before the first product. It waits less for an A
     * that streams from memory: 12.4 instead of 13.5 ms for 32 x 21632 x 1200, B packed and stored transposed, on one
     * Zen 5 core. A counter of its own, or the test at the end, loses a third of that or more. In cache it is no
     * faster, and {@link #EDGE} is 6 % slower with it (32 x 10 x 784).
     */
    boolean countsAlongA() {
        return this == ROWS || this == STRIDED;
    }

    /** Whether the products of a run are done element by element of A, each for all rows that it is of. */
    boolean slides() {
        return this == NARROW;
    }

    /** Whether there is a loop over runs. */
    boolean loopsRuns() {
        return this != PACKED && this != COLUMNS && this != SKINNY;
    }

    /** Whether there is a loop over tiles. */
    boolean loopsTiles() {
        return this == ROWS || this == STRIDED || this == EDGE || this == PIXELS || this == NARROW;
    }

    /** Whether each of the products written out has sums of its own. */
    boolean ownSums() {
        return this == PAIRS;
    }

    /** Whether sums start from zeros, whatever the operands say. */
    boolean overwrites() {
        return this == PIXELS;
    }

    /** Whether only the first lanes are stored. */
    boolean masked() {
        return this == EDGE || this == SKINNY;
    }
}
