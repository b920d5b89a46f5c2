package retort.kernels.simd;

/**
 * The innermost loop of a product: tiles of C stay in registers while A and B stream past. The classes that implement
 * it are made by {@link TileEmitter}, one for each {@link Tile}; {@link TileKind} says how A and B lie.
 *
 * <p>Each sum runs over its products in order, whatever the tile, so the bits of a result do not depend on how C is cut
 * into tiles.
 *
 * <p>Source: Goto and van de Geijn 2008 (register blocking); Van Zee and van de Geijn 2015 (micro-kernel).
 */
abstract class MicroKernel {
    /**
     * Some tiles, each below the one before, against the same panel of B. (With the receiver six arguments travel in
     * registers; the rest is on the stack, where it costs the loop no register.)
     *
     * @param k products of a run, at least 1
     * @param aAt where A's first element for these tiles is
     * @param lda from row to row of A, or from column to column where A lies by columns; not used where A is packed
     * @param bAt where the panel begins
     * @param tiles how many; 1 for the kinds that do one at a time
     * @param cAt where the first tile of C begins
     */
    abstract void run(int k, int aAt, int lda, int bAt, int tiles, Operands operands, int cAt);

    /**
     * What stays the same from tile to tile. Each thread fills in the same one again and again, so that a call
     * allocates nothing.
     */
    static final class Operands {
        private static final float[] ZEROS = new float[Blocking.NR];

        private float[] a;
        private float[] b;
        private float[] c;
        private int ldb;
        private int ldc;
        private float[] start;
        private int startMask;
        private int runs;
        private int aRun;
        private int bRun;
        private int width;

        /** C = A B with one run of products, B in panels. */
        Operands set(float[] newA, float[] newB, float[] newC, int newLdc) {
            a = newA;
            b = newB;
            c = newC;
            ldc = newLdc;
            start = ZEROS;
            startMask = 0;
            width = 0;
            return runs(1, 0);
        }

        /** Or C += A B. */
        Operands adding(boolean add) {
            start = add ? c : ZEROS;
            startMask = add ? -1 : 0;
            return this;
        }

        /** C = A B + the same row everywhere, which is at the beginning of an array. */
        Operands startingFrom(float[] row) {
            start = row;
            startMask = 0;
            return this;
        }

        /** Sums of several runs; B goes on from run to run. */
        Operands runs(int count, int newARun) {
            return runs(count, newARun, Blocking.NR, 0);
        }

        /** The same where B need not be packed. */
        Operands runs(int count, int newARun, int newLdb, int newBRun) {
            runs = count;
            aRun = newARun;
            ldb = newLdb;
            bRun = newBRun;
            return this;
        }

        /** Another step from row to row of C. */
        Operands ldc(int newLdc) {
            ldc = newLdc;
            return this;
        }

        /** Stores so many columns of each tile. */
        Operands width(int columns) {
            width = columns;
            return this;
        }

        float[] a() {
            return a;
        }

        float[] b() {
            return b;
        }

        float[] c() {
            return c;
        }

        /** From a row of B to the next, where B need not be packed. */
        int ldb() {
            return ldb;
        }

        /** From a row of C to the next. */
        int ldc() {
            return ldc;
        }

        /** What the sums start from: C, or zeros. */
        float[] start() {
            return start;
        }

        /** All ones if that is C, else 0: what C's indices are masked with. */
        int startMask() {
            return startMask;
        }

        /** Runs of products in a sum: 1 for a matrix, one for each row of the kernel in a convolution. */
        int runs() {
            return runs;
        }

        /** From a run's first element in A to the next run's. */
        int aRun() {
            return aRun;
        }

        /** The same in B, where B need not be packed. */
        int bRun() {
            return bRun;
        }

        /** Columns of C where that is fewer than a vector has. */
        int width() {
            return width;
        }
    }
}
