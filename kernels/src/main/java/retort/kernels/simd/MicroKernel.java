package retort.kernels.simd;

/**
 * The innermost loop of a product: tiles of C stay in registers while A and B stream past. The classes that implement it are
 * made by {@link TileEmitter}, one for each {@link Tile}; {@link TileKind} says how A and B lie.
 *
 * <p>Each sum runs over its products in order, whatever the tile, so the bits of a result do not depend on how C is cut into tiles.
 *
 * <p>Source: Goto and van de Geijn 2008 (register blocking); Van Zee and van de Geijn 2015 (micro-kernel).
 */
interface MicroKernel {
    /**
     * Some tiles, each below the one before, against the same panel of B. (With the receiver six arguments travel in registers;
     * the rest is on the stack, where it costs the loop no register.)
     *
     * @param k products of a run, at least 1
     * @param aAt where A's first element for these tiles is
     * @param lda from row to row of A, or from column to column where A lies by columns; not used where A is packed
     * @param bAt where the panel begins
     * @param tiles how many; 1 for the kinds that do one at a time
     * @param cAt where the first tile of C begins
     */
    void run(int k, int aAt, int lda, int bAt, int tiles, Operands operands, int cAt);

    /**
     * What stays the same from tile to tile.
     *
     * @param ldb from a row of B to the next, where B need not be packed
     * @param ldc from a row of C to the next
     * @param start what the sums start from: C, or zeros
     * @param startMask all ones if that is C, else 0: what C's indices are masked with
     * @param runs of products in a sum: 1 for a matrix, one for each row of the kernel in a convolution
     * @param aRun from a run's first element in A to the next run's
     * @param bRun the same in B, where B need not be packed
     * @param width columns of C where that is fewer than a vector has
     */
    record Operands(
            float[] a,
            float[] b,
            int ldb,
            float[] c,
            int ldc,
            float[] start,
            int startMask,
            int runs,
            int aRun,
            int bRun,
            int width) {

        private static final float[] ZEROS = new float[Blocking.NR];

        /** C = A B with one run of products, B in panels. */
        static Operands of(float[] a, float[] b, float[] c, int ldc) {
            return new Operands(a, b, Blocking.NR, c, ldc, ZEROS, 0, 1, 0, 0, 0);
        }

        /** The same, or C += A B. */
        Operands adding(boolean add) {
            return add ? new Operands(a, b, ldb, c, ldc, c, -1, runs, aRun, bRun, width) : this;
        }

        /** Sums of several runs; B goes on from run to run. */
        Operands runs(int runs, int aRun) {
            return runs(runs, aRun, ldb, 0);
        }

        /** The same where B need not be packed. */
        Operands runs(int runs, int aRun, int ldb, int bRun) {
            return new Operands(a, b, ldb, c, ldc, start, startMask, runs, aRun, bRun, width);
        }

        /** Stores so many columns of each tile. */
        Operands width(int width) {
            return new Operands(a, b, ldb, c, ldc, start, startMask, runs, aRun, bRun, width);
        }
    }
}
