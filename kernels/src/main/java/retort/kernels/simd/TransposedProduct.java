package retort.kernels.simd;

import static retort.kernels.simd.Blocking.MR_STRIDED;
import static retort.kernels.simd.Blocking.NR;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.GemmSpec;

/**
 * C = alpha A B' + beta C for a packed B and an A of few rows, as C' = alpha B A': the large matrix is read once, panel
 * by panel, on the side where elements are broadcast, and A is packed whole as if it were B.
 *
 * <p>Sums of a block of B's rows stay in scratch memory from panel to panel, and are stored at the end.
 */
final class TransposedProduct {
    /** Rows of sums that are stored at a time: they are read by columns, and so stay in the first-level cache. */
    private static final int STORED_ROWS = 64;

    private final GemmSpec spec;
    private final Packing packing;
    private final HostTensor b;
    private final HostTensor c;
    private final SimdEpilogue epilogue;
    private final Packing.BPanels batch = new Packing.BPanels();
    private final int panels;
    private final int width;

    TransposedProduct(GemmSpec spec, HostTensor a, HostTensor b, HostTensor c, SimdEpilogue epilogue) {
        this.spec = spec;
        this.packing = new Packing(spec, a, b);
        this.b = b;
        this.c = c;
        this.epilogue = epilogue;
        this.panels = Math.ceilDiv(spec.k(), NR);
        this.width = Math.ceilDiv(spec.m(), NR) * NR;
    }

    /** Panels of B. */
    int panels() {
        return panels;
    }

    /** Columns of the sums: rows of A, rounded up to whole panels. */
    int width() {
        return width;
    }

    /** Packs A, before the rows are shared out. */
    void packA(Scratch shared) {
        int depth = panels * NR;
        batch.set(shared.take(Scratch.Use.LEFT, (long) width * depth), width / NR, depth);
        packing.packAAsPanels(batch.array(), depth);
    }

    /**
     * Adds what some panels give to the sums of rows row .. row + rows; the first ones overwrite them.
     *
     * <p>A call a tile: HotSpot compiles a loop that runs for long in its middle, which takes it 0.7 s for these tiles
     * and is thrown away afterwards; a method that is called often it compiles once.
     *
     * @param panel the first of {@code count} panels
     * @param sums rows x {@link #width}
     */
    void multiply(int panel, int count, int row, int rows, float[] sums, MicroKernel.Operands operands) {
        int panelStep = spec.n() * NR;
        operands.set(b.array(), batch.array(), sums, width).adding(panel > 0).runs(count, panelStep);
        int bAt = b.offset() + panel * panelStep + row * NR;
        for (int column = 0; column < batch.count(); column++) {
            int from = batch.at() + column * batch.step() + panel * NR * NR;
            for (int i = 0, height; i < rows; i += height) {
                height = Blocking.nextRows(rows - i, MR_STRIDED);
                MicroKernel kernel = TileKind.STRIDED.kernel(height, NR);
                kernel.run(NR, bAt + i * NR, NR, from, 1, operands, i * width + column * NR);
            }
        }
    }

    /** Stores the sums of rows row .. row + rows of B, which are columns of C, and applies the epilogue to them. */
    void store(int row, int rows, float[] sums) {
        for (int done = 0; done < rows; done += STORED_ROWS) {
            int count = Math.min(STORED_ROWS, rows - done);
            storeTransposed(spec, sums, done * width, width, c, row + done, count);
            epilogue.apply(0, spec.m(), row + done, count);
        }
    }

    /**
     * C's columns first .. first + count = beta C + the transpose of sums.
     *
     * @param from where row 0 of the sums begins
     * @param width from a row of them to the next
     */
    static void storeTransposed(GemmSpec spec, float[] sums, int from, int width, HostTensor c, int first, int count) {
        float[] to = c.array();
        for (int i = 0; i < spec.m(); i++) {
            int at = c.offset() + i * spec.n() + first;
            for (int j = 0; j < count; j++) {
                float sum = sums[from + j * width + i];
                to[at + j] = spec.beta() == 0 ? sum : sum + spec.beta() * to[at + j];
            }
        }
    }
}
