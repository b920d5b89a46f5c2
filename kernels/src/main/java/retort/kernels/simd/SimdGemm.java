package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.PANEL;
import static retort.kernels.simd.SimdSpecies.TALLEST;

import java.util.Arrays;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;

/**
 * C = alpha op(A) op(B) + beta C in four ways, chosen by shape:
 *
 * <ul>
 *   <li>one row: {@link SimdGemv};
 *   <li>few columns, or few rows times a B stored transposed: the large matrix is read once, where it is, by
 *       {@link RowTiles}; the small one is packed whole;
 *   <li>few rows: A is packed whole, each thread packs and multiplies its own columns of B;
 *   <li>else the blocked algorithm of Goto, each thread on rectangles of C of its own.
 * </ul>
 *
 * <p>A packed B is read where it is. Only stored transposed beside more than a few rows, or with few columns and an alpha, it is
 * packed again.
 *
 * <p>How the products of one element are added up depends on the shape alone, so the thread count does not change a bit.
 *
 * <p>Source: Goto and van de Geijn 2008; Van Zee and van de Geijn 2015; Smith et al. 2014 (threads).
 */
final class SimdGemm {
    /** Products per block: a panel of B of this depth stays in the first-level cache. */
    static final int K_BLOCK = 256;

    /** Elements of a gradient between being computed and being used: they stay in the second-level cache. */
    private static final int UPDATED_AT_ONCE = 1 << 14;

    /** The same where w, m and v are packed: the elements stay in the first-level cache. */
    private static final int UPDATED_PANEL = 1 << 12;

    /** Products per block where the tall matrix is read once: its rows are then long streams. */
    private static final int READ_ONCE_BLOCK = 2048;

    /** The same in a packed matrix, whose panels are a stream each: as many as a core's prefetcher follows easily. */
    private static final int READ_ONCE_PANELS = 8 * PANEL;

    /** Rows per block: a block of A of this height stays in the second-level cache. */
    private static final int M_BLOCK = 144;

    /** Columns per block of packed B. */
    private static final int N_BLOCK = 2048;

    /** Rows that share a packed block of B: so many that packing it is 2 % of the work. */
    private static final int MOST_ROWS = 168 * TALLEST;

    /** C is written in order where its rows are left whole: cutting them must save a few per cent. */
    private static final double WORTH_CUTTING_ROWS = 0.97;

    /** Products that take as long as packing an element whose neighbours stay neighbours. */
    private static final int COPY = 30;

    /** The same where they do not: in rows of A and in a B stored transposed. */
    private static final int GATHER = 60;

    /**
     * A block of packed B of up to this many elements stays in the second-level cache: then C is finished a few rows at a
     * time, so that it streams to memory in order.
     */
    private static final int SMALL_BLOCK = 1 << 16;

    /** Up to this many rows, A is packed whole and threads share the columns. */
    private static final int FEW_ROWS = 96;

    private final Workers workers;
    private final Scratch[] scratch;
    private final Scratch shared = new Scratch();
    private final SimdGemv gemv;

    /** @param scratch one for each worker */
    SimdGemm(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
        this.gemv = new SimdGemv(workers);
    }

    void run(GemmSpec spec, HostTensor a, HostTensor b, HostTensor c, Fused<HostTensor> fused) {
        SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, c, spec.n());
        Packing packing = new Packing(spec, a, b);
        if (spec.m() == 1 && !(spec.packedB() && spec.transB())) {
            gemv.run(spec, a, b, c, epilogue);
        } else if (!spec.transA() && spec.n() <= PANEL) {
            Packing.Panels right = packing.right(takeRight(spec.k(), 1), 0, spec.alpha(), 0, spec.k(), 0, 1);
            readOnce(spec, Tall.of(a, spec.k()), right, false, c, epilogue);
        } else if (spec.transB() && spec.m() <= 2 * PANEL && spec.m() < spec.n()) {
            Tall tall = spec.packedB() ? Tall.packed(b, spec.k()) : Tall.of(b, spec.k());
            int panels = Math.ceilDiv(spec.m(), PANEL);
            float[] right = takeRight(tall.depth(), panels);
            packing.packLeftAsPanels(right, tall.depth());
            Packing.Panels batch = new Packing.Panels(right, 0, 0, panels, tall.depth());
            readOnce(spec, tall, batch, true, c, epilogue);
        } else {
            scale(spec, c);
            if (spec.m() <= FEW_ROWS && spec.n() > PANEL) {
                fewRows(spec, packing, c, epilogue);
            } else {
                blocked(spec, packing, c, epilogue);
            }
        }
    }

    /** C = beta C, unless beta is 0 (then C is not read) or 1. */
    private void scale(GemmSpec spec, HostTensor c) {
        if (spec.beta() != 0 && spec.beta() != 1) {
            SimdElementwise.scale(c.array(), c.offset(), c.size(), spec.beta());
        }
    }

    private float[] takeRight(int depth, int panels) {
        return shared.take(Scratch.Use.RIGHT, panels * Packing.panelStep(depth));
    }

    /**
     * A matrix that is read once, where it is: A, or B stored transposed.
     *
     * @param depth products of each sum: the matrix's columns, rounded up to whole panels if it is packed; if it isn't, also from
     *     row to row
     * @param block products at a time
     */
    private record Tall(HostTensor matrix, boolean packed, int depth, int block) {
        /** In row-major order. */
        static Tall of(HostTensor matrix, int columns) {
            return new Tall(matrix, false, columns, READ_ONCE_BLOCK);
        }

        /** In panels. */
        static Tall packed(HostTensor matrix, int columns) {
            return new Tall(matrix, true, Math.ceilDiv(columns, PANEL) * PANEL, READ_ONCE_PANELS);
        }

        /** For columns p .. p + depth. */
        RowTiles tiles(int count, float[] right, float[] sums, int width) {
            return packed
                    ? new RowTiles(count / PANEL, panelStep(), PANEL, matrix.array(), PANEL, right, sums, width)
                    : new RowTiles(1, 0, count, matrix.array(), depth, right, sums, width);
        }

        /** The same where the other matrix has a vector of columns at most. */
        NarrowTiles narrowTiles(int count, float[] right, float[] sums, int width) {
            return packed
                    ? new NarrowTiles(count / PANEL, panelStep(), PANEL, matrix.array(), PANEL, right, sums, width)
                    : new NarrowTiles(1, 0, count, matrix.array(), depth, right, sums, width);
        }

        /** Where row {@code row} has its column p, which begins a panel if there are panels. */
        int at(int row, int p) {
            return matrix.offset() + (packed ? p / PANEL * panelStep() + row * PANEL : row * depth + p);
        }

        private int panelStep() {
            return matrix.shape().rows() * PANEL;
        }
    }

    /**
     * The tall matrix's rows against all columns of the other, which is packed whole. A thread keeps its rows' sums in scratch
     * memory and stores them at the end, transposed when the tall matrix is B.
     *
     * @param transposed whether the tall matrix is B
     */
    private void readOnce(
            GemmSpec spec, Tall tall, Packing.Panels right, boolean transposed, HostTensor c, SimdEpilogue epilogue) {
        int rows = transposed ? spec.n() : spec.m();
        int columns = transposed ? spec.m() : spec.n();
        int width = right.count() * PANEL;
        int chunk = chunkRows(rows, 96);
        workers.forEach((rows + chunk - 1) / chunk, spec.flops(), (number, worker) -> {
            int first = number * chunk;
            int count = Math.min(chunk, rows - first);
            float[] sums = scratch[worker].take(Scratch.Use.TILE, chunk * width);
            for (int p = 0; p < tall.depth(); p += tall.block()) {
                int depth = Math.min(tall.block(), tall.depth() - p);
                if (columns <= LANES) {
                    NarrowTiles narrow = tall.narrowTiles(depth, right.array(), sums, width);
                    narrow.run(count, tall.at(first, p), right.at() + p * PANEL, 0, columns, p > 0);
                    continue;
                }
                RowTiles tiles = tall.tiles(depth, right.array(), sums, width);
                for (int row = 0, height; row < count; row += height) {
                    height = SimdSpecies.nextRows(count - row, RowTiles.TALLEST);
                    for (int panel = 0; panel < right.count(); panel++) {
                        int from = right.at() + panel * right.step() + p * PANEL;
                        tiles.run(height, tall.at(first + row, p), from, row * width + panel * PANEL, p > 0);
                    }
                }
            }
            if (transposed) {
                storeTransposed(spec, sums, width, c, first, count);
                epilogue.apply(0, spec.m(), first, count);
            } else {
                store(spec, sums, width, c, first, count);
                epilogue.apply(first, count, 0, spec.n());
            }
        });
    }

    /** Rows a task, in whole tiles: at most {@code most}, and shared out evenly among the threads. */
    private int chunkRows(int rows, int most) {
        int rounds = Math.ceilDiv(rows, workers.count() * most);
        int share = Math.ceilDiv(rows, workers.count() * rounds);
        return Math.ceilDiv(share, TALLEST) * TALLEST;
    }

    private static void store(GemmSpec spec, float[] sums, int width, HostTensor c, int first, int count) {
        int n = spec.n();
        float[] to = c.array();
        for (int i = 0; i < count; i++) {
            int at = c.offset() + (first + i) * n;
            if (spec.beta() == 0) {
                System.arraycopy(sums, i * width, to, at, n);
            } else {
                for (int j = 0; j < n; j++) {
                    to[at + j] = sums[i * width + j] + spec.beta() * to[at + j];
                }
            }
        }
    }

    private static void storeTransposed(GemmSpec spec, float[] sums, int width, HostTensor c, int first, int count) {
        float[] to = c.array();
        for (int i = 0; i < spec.m(); i++) {
            int at = c.offset() + i * spec.n() + first;
            for (int j = 0; j < count; j++) {
                float sum = sums[j * width + i];
                to[at + j] = spec.beta() == 0 ? sum : sum + spec.beta() * to[at + j];
            }
        }
    }

    /** A is packed whole; a task packs its own columns of B block by block and multiplies them at once. */
    private void fewRows(GemmSpec spec, Packing packing, HostTensor c, SimdEpilogue epilogue) {
        int k = spec.k();
        int m = spec.m();
        int panels = panels(spec);
        float[] left = shared.take(Scratch.Use.LEFT, m * k);
        workers.forEach((k + K_BLOCK - 1) / K_BLOCK, 4L * m * k, (block, worker) -> {
            int p = block * K_BLOCK;
            packing.packLeft(left, m * p, 0, m, p, Math.min(K_BLOCK, k - p));
        });
        // If B is to be packed, one task a thread: the longer the run of a row that a task reads, the faster.
        int tasks = spec.packedB() ? 2 * workers.count() : workers.count();
        int chunk = Math.min(Math.ceilDiv(panels, tasks), N_BLOCK / PANEL);
        workers.forEach((panels + chunk - 1) / chunk, Math.max(spec.flops(), spec.bytes()), (number, worker) -> {
            int panel = number * chunk;
            int count = Math.min(chunk, panels - panel);
            float[] right = scratch[worker].take(Scratch.Use.RIGHT, chunk * Packing.panelStep(K_BLOCK));
            RowBlock rows = new RowBlock(c.array(), c.offset(), 0, m, spec.n(), scratch[worker]);
            for (int p = 0; p < k; p += K_BLOCK) {
                int depth = Math.min(K_BLOCK, k - p);
                Packing.Panels block = packing.right(right, 0, 1, p, depth, panel, count);
                rows.multiply(Packing.Left.packed(left, m * p), block, p > 0 || spec.beta() != 0);
            }
            epilogue.apply(0, m, panel * PANEL, Math.min(count * PANEL, spec.n() - panel * PANEL));
        });
    }

    /** Goto's algorithm, a rectangle of C to a task. A small B is packed once; else each task packs what it needs. */
    private void blocked(GemmSpec spec, Packing packing, HostTensor c, SimdEpilogue epilogue) {
        int panels = panels(spec);
        boolean small = spec.k() <= K_BLOCK && (long) spec.k() * panels * PANEL <= SMALL_BLOCK;
        Packing.Panels whole = small ? packing.right(takeRight(spec.k(), panels), 0, 1, 0, spec.k(), 0, panels) : null;
        int threads = spec.flops() < Workers.WORTH_SHARING ? 1 : workers.count();
        Cut cut = small ? new Cut(chunkRows(spec.m(), M_BLOCK), panels) : Cut.of(spec, threads);
        int across = Math.ceilDiv(panels, cut.panels());
        int tasks = Math.ceilDiv(spec.m(), cut.rows()) * across;
        workers.forEach(tasks, spec.flops(), (number, worker) -> {
            int row = number / across * cut.rows();
            int panel = number % across * cut.panels();
            int rows = Math.min(cut.rows(), spec.m() - row);
            int count = Math.min(cut.panels(), panels - panel);
            for (int p = 0; p < spec.k(); p += K_BLOCK) {
                int depth = Math.min(K_BLOCK, spec.k() - p);
                Packing.Panels right = small ? whole : packRight(packing, p, depth, panel, count, scratch[worker]);
                multiply(spec, packing, row, rows, p, right, c, epilogue, scratch[worker]);
            }
        });
    }

    private static Packing.Panels packRight(Packing packing, int p, int depth, int panel, int count, Scratch scratch) {
        float[] to = scratch.take(Scratch.Use.RIGHT, count * Packing.panelStep(depth));
        return packing.right(to, 0, 1, p, depth, panel, count);
    }

    /** Rows row .. row + rows of A, products p on, times a block of B that stays in cache, and the epilogue where they are the last. */
    private static void multiply(
            GemmSpec spec,
            Packing packing,
            int row,
            int rows,
            int p,
            Packing.Panels right,
            HostTensor c,
            SimdEpilogue epilogue,
            Scratch scratch) {
        int depth = right.depth();
        int column = right.first() * PANEL;
        int columns = Math.min(right.count() * PANEL, spec.n() - column);
        int atOnce = depth * right.count() * PANEL <= SMALL_BLOCK ? TALLEST : M_BLOCK;
        for (int i = row, height; i < row + rows; i += height) {
            height = Math.min(atOnce, row + rows - i);
            RowBlock block = new RowBlock(c.array(), c.offset(), i, height, spec.n(), scratch);
            float[] packed = scratch.take(Scratch.Use.LEFT, height * depth);
            Packing.Left left = packing.left(i, height, p, depth, packed, 0);
            block.multiply(left, right, p > 0 || spec.beta() != 0);
            if (p + depth == spec.k()) {
                epilogue.apply(i, height, column, columns);
            }
        }
    }

    private static int panels(GemmSpec spec) {
        return Math.ceilDiv(spec.n(), PANEL);
    }

    /**
     * The rectangles that C is cut into. Each packs its columns of B and its rows of A for itself, as if there were no other:
     * what another core has packed takes longer to fetch than to pack again.
     *
     * @param rows of a rectangle, in whole tiles
     * @param panels of a rectangle, each that many columns
     */
    private record Cut(int rows, int panels) {
        /** One for each thread, of the shape that takes least; then cut again where that costs next to nothing. */
        static Cut of(GemmSpec spec, int threads) {
            Cut best = null;
            for (int down = threads; down >= 1; down--) {
                if (threads % down == 0) {
                    Cut cut = new Cut(
                            Math.ceilDiv(Math.ceilDiv(spec.m(), down), TALLEST) * TALLEST,
                            Math.ceilDiv(SimdGemm.panels(spec), threads / down));
                    boolean isBetter = best == null || cut.products(spec) < WORTH_CUTTING_ROWS * best.products(spec);
                    best = isBetter ? cut : best;
                }
            }
            return new Cut(Math.min(best.rows, MOST_ROWS), Math.min(best.panels, N_BLOCK / PANEL));
        }

        /** What one rectangle takes for each step of k, packing included, in products. */
        private long products(GemmSpec spec) {
            long columns = (long) panels * PANEL;
            long left = spec.transA() && spec.alpha() == 1 ? 0 : GATHER;
            long right = spec.transB() ? GATHER : spec.packedB() ? 0 : COPY;
            return rows * columns + left * rows + right * columns;
        }
    }

    /**
     * The gradient comes in blocks that stay in cache, and Adam runs over each block at once: w, m and v stream past in
     * order, and the gradient never reaches memory. (Doing the two in turns, panel by panel, was 3 % slower.)
     */
    void runAdam(
            GemmAdamSpec spec, HostTensor a, HostTensor b, HostTensor w, HostTensor m, HostTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        Packing packing = new Packing(gemm, a, b);
        int k = gemm.k();
        int panels = panels(gemm);
        Packing.Panels[] right = new Packing.Panels[Math.ceilDiv(k, K_BLOCK)];
        float[] packed = takeRight(Math.min(k, K_BLOCK), right.length * panels);
        for (int i = 0; i < right.length; i++) {
            int p = i * K_BLOCK;
            int at = i * panels * Packing.panelStep(K_BLOCK);
            right[i] = packing.right(packed, at, 1, p, Math.min(K_BLOCK, k - p), 0, panels);
        }
        int height = spec.packed()
                ? chunkRows(gemm.m(), UPDATED_PANEL / PANEL)
                : TALLEST * Math.max(1, UPDATED_AT_ONCE / (TALLEST * gemm.n()));
        Update update = new Update(spec, w, m, v, stepSize);
        workers.forEach(Math.ceilDiv(gemm.m(), height), Math.max(spec.flops(), spec.bytes()), (number, worker) -> {
            int row = number * height;
            int count = Math.min(height, gemm.m() - row);
            float[] packedLeft = scratch[worker].take(Scratch.Use.LEFT, count * k);
            Packing.Left[] left = new Packing.Left[right.length];
            for (int i = 0; i < left.length; i++) {
                left[i] = packing.left(row, count, i * K_BLOCK, right[i].depth(), packedLeft, count * i * K_BLOCK);
            }
            if (spec.packed()) {
                for (int panel = 0; panel < panels; panel++) {
                    update.panel(left, right, panel, row, count, scratch[worker]);
                }
            } else {
                update.rows(left, right, row, count, scratch[worker]);
            }
        });
    }

    /** The gradient of some of w's rows, {@code left[i] * right[i]} summed over i, and Adam's step with it. */
    private record Update(GemmAdamSpec spec, HostTensor w, HostTensor m, HostTensor v, float stepSize) {
        /** In all columns of row-major parameters. */
        void rows(Packing.Left[] left, Packing.Panels[] right, int row, int count, Scratch scratch) {
            int n = spec.gemm().n();
            float[] gradient = scratch.take(Scratch.Use.ROWS, count * n);
            RowBlock rows = new RowBlock(gradient, 0, 0, count, n, scratch);
            for (int i = 0; i < left.length; i++) {
                rows.multiply(left[i], right[i], i > 0);
            }
            SimdAdam.update(spec.adam(), stepSize, gradient, 0, w, m, v, row * n, count * n);
        }

        /** In one panel of packed parameters; its columns of zeros get a gradient of zeros, infinite inputs or not, and stay. */
        void panel(Packing.Left[] left, Packing.Panels[] right, int panel, int row, int count, Scratch scratch) {
            float[] gradient = scratch.take(Scratch.Use.ROWS, count * PANEL);
            RowBlock rows = new RowBlock(gradient, 0, 0, count, PANEL, scratch);
            for (int i = 0; i < left.length; i++) {
                rows.multiply(left[i], right[i].only(panel), i > 0);
            }
            int width = Math.min(PANEL, spec.gemm().n() - panel * PANEL);
            for (int end = PANEL; width < PANEL && end <= count * PANEL; end += PANEL) {
                Arrays.fill(gradient, end - PANEL + width, end, 0);
            }
            int at = (panel * spec.gemm().m() + row) * PANEL;
            SimdAdam.update(spec.adam(), stepSize, gradient, 0, w, m, v, at, count * PANEL);
        }
    }
}
