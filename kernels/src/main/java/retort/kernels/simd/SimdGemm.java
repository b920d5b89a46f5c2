package retort.kernels.simd;

import static retort.kernels.simd.Blocking.COPY_COST;
import static retort.kernels.simd.Blocking.GATHER_COST;
import static retort.kernels.simd.Blocking.MR;
import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.Blocking.SPLIT_ROWS_BELOW;
import static retort.kernels.simd.SimdSpecies.LANES;

import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.GemmSpec;

/**
 * C = alpha op(A) op(B) + beta C in five ways, chosen by shape:
 *
 * <ul>
 *   <li>one row: {@link SimdGemv};
 *   <li>a vector of columns at most: {@link SimdSkinnyGemm};
 *   <li>few columns, or few rows times a B stored transposed: the large matrix is read once, where it is, by
 *       tiles that read it by rows; the small one is packed whole; {@link TransposedProduct} if B is packed;
 *   <li>few rows: A is packed whole, each thread packs and multiplies its own columns of B;
 *   <li>else the blocked algorithm of Goto, each thread on rectangles of C of its own.
 * </ul>
 *
 * <p>The innermost loops are {@link MicroKernel}s, written by {@link TileEmitter}; {@link Blocking} has the sizes.
 *
 * <p>A packed B is read where it is; one of weights of fewer bits is widened into scratch memory, block by block, where
 * there is more than one row. Only stored transposed beside more than a few rows, or with few columns and an
 * alpha, it is packed again.
 *
 * <p>How the products of one element are added up depends on the shape alone, so the thread count does not change a
 * bit.
 *
 * <p>Source: Goto and van de Geijn 2008; Van Zee and van de Geijn 2015; Smith et al. 2014 (threads).
 */
final class SimdGemm {
    private final Workers workers;
    private final Scratch[] scratch;
    private final Scratch shared;
    private final SimdGemv gemv;
    private final SimdSkinnyGemm skinny;
    private final int kc;
    private final int kcSmall;
    private final int kcFew;
    private final int kcTall;
    private final int tallPanels;
    private final int mc;
    private final int mcTall;
    private final int nc;
    private final int sharedRows;
    private final int smallRows;
    private final int smallBlock;

    /** @param scratch one for each worker */
    SimdGemm(Workers workers, Scratch[] scratch, SimdParameters parameters) {
        this.workers = workers;
        this.scratch = scratch;
        this.shared = scratch[0].another();
        this.gemv = new SimdGemv(workers, scratch);
        this.skinny = new SimdSkinnyGemm(workers, scratch, parameters);
        kc = parameters.get(SimdParameter.KC);
        kcSmall = parameters.get(SimdParameter.KC_SMALL);
        kcFew = parameters.get(SimdParameter.KC_FEW);
        kcTall = parameters.get(SimdParameter.KC_TALL);
        tallPanels = parameters.get(SimdParameter.TALL_PANELS);
        mc = parameters.get(SimdParameter.MC);
        mcTall = parameters.get(SimdParameter.MC_TALL);
        nc = parameters.get(SimdParameter.NC);
        sharedRows = parameters.get(SimdParameter.SHARED_ROWS);
        smallRows = parameters.get(SimdParameter.SMALL_M);
        smallBlock = parameters.get(SimdParameter.SMALL_BLOCK);
    }

    Runnable prepare(GemmSpec spec, HostTensor a, HostTensor b, HostTensor c, Fused<HostTensor> fused) {
        SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, c, spec.n());
        Packing packing = new Packing(spec, a, b);
        if (spec.m() == 1 && !(spec.packedB() && spec.transB())) {
            return gemv.prepare(spec, a, b, c, epilogue);
        }
        if (SimdSkinnyGemm.suits(spec)) {
            return skinny.prepare(spec, packing, a, c, epilogue);
        }
        if (!spec.transA() && spec.n() <= NR) {
            int k = spec.k();
            Packing.BPanels right = new Packing.BPanels();
            Runnable multiply = tallAndSkinny(spec, a, right, 1, false, c, epilogue);
            return () -> {
                packing.bPanels(right, takeRight(k, 1), 0, spec.alpha(), 0, k, 0, 1);
                multiply.run();
            };
        }
        if (spec.transB() && spec.m() <= 2 * NR && spec.m() < spec.n()) {
            if (spec.packedB()) {
                return transposed(spec, new TransposedProduct(spec, a, b, c, epilogue));
            }
            int panels = Math.ceilDiv(spec.m(), NR);
            Packing.BPanels batch = new Packing.BPanels();
            Runnable multiply = tallAndSkinny(spec, b, batch, panels, true, c, epilogue);
            return () -> {
                batch.set(takeRight(spec.k(), panels), panels, spec.k());
                packing.packAAsPanels(batch.array(), spec.k());
                multiply.run();
            };
        }
        Runnable multiply = spec.m() <= smallRows && spec.n() > NR
                ? smallM(spec, packing, c, epilogue)
                : blocked(spec, packing, c, epilogue);
        return () -> {
            scale(spec, c);
            multiply.run();
        };
    }

    /** C = beta C, unless beta is 0 (then C is not read) or 1. */
    private void scale(GemmSpec spec, HostTensor c) {
        if (spec.beta() != 0 && spec.beta() != 1) {
            SimdElementwise.scale(c.array(), c.offset(), c.size(), spec.beta());
        }
    }

    private float[] takeRight(int depth, int panels) {
        return shared.take(Scratch.Use.RIGHT, Packing.panelsSize(panels, depth));
    }

    /** Each thread some rows of B at a time, a few panels after the other. */
    private Runnable transposed(GemmSpec spec, TransposedProduct product) {
        int chunk = blockRows(spec.n(), Math.max(MR, smallBlock / product.width()), MR);
        Workers.Task task = (number, worker) -> {
            int first = number * chunk;
            int count = Math.min(chunk, spec.n() - first);
            float[] sums = scratch[worker].take(Scratch.Use.ROWS, count * product.width());
            for (int panel = 0; panel < product.panels(); panel += tallPanels) {
                int panels = Math.min(tallPanels, product.panels() - panel);
                product.multiply(panel, panels, first, count, sums, scratch[worker].operands());
            }
            product.store(first, count, sums);
        };
        return () -> {
            product.packA(shared);
            workers.forEach(Math.ceilDiv(spec.n(), chunk), work(spec), task);
        };
    }

    /**
     * The large matrix's rows against all columns of the other, which is packed whole. A thread keeps its rows' sums in
     * scratch memory and stores them at the end, transposed when the large matrix is B.
     *
     * @param right filled in before each run
     * @param panels that it will have
     * @param transposed whether the large matrix is B
     */
    private Runnable tallAndSkinny(
            GemmSpec spec,
            HostTensor large,
            Packing.BPanels right,
            int panels,
            boolean transposed,
            HostTensor c,
            SimdEpilogue epilogue) {
        int rows = transposed ? spec.n() : spec.m();
        int columns = transposed ? spec.m() : spec.n();
        int k = spec.k();
        int width = panels * NR;
        int chunk = blockRows(rows, mcTall, MR);
        Workers.Task task = (number, worker) -> {
            int first = number * chunk;
            int count = Math.min(chunk, rows - first);
            float[] sums = scratch[worker].take(Scratch.Use.TILE, chunk * width);
            for (int p = 0; p < k; p += kcTall) {
                int depth = Math.min(kcTall, k - p);
                MicroKernel.Operands operands = scratch[worker]
                        .operands()
                        .set(large.array(), right.array(), sums, width)
                        .adding(p > 0);
                int from = large.offset() + first * k + p;
                if (columns <= LANES) {
                    int bAt = right.at() + p * NR;
                    TileKind.EDGE.run(depth, count, from, k, bAt, operands.width(columns), 0);
                    continue;
                }
                for (int row = 0, height; row < count; row += height) {
                    height = Blocking.nextRows(count - row, TileKind.ROWS.mr());
                    MicroKernel kernel = TileKind.ROWS.kernel(height);
                    for (int panel = 0; panel < right.count(); panel++) {
                        int bAt = right.at() + panel * right.step() + p * NR;
                        int to = row * width + panel * NR;
                        kernel.run(depth, from + row * k, k, bAt, 1, operands, to);
                    }
                }
            }
            if (transposed) {
                TransposedProduct.storeTransposed(spec, sums, 0, width, c, first, count);
                epilogue.apply(0, spec.m(), first, count);
            } else {
                store(spec, sums, width, c, first, count);
                epilogue.apply(first, count, 0, spec.n());
            }
        };
        return workers.prepare(Math.ceilDiv(rows, chunk), spec.flops(), task);
    }

    /** Rows a task, in whole tiles of mr: at most {@code most}, and shared out evenly among the threads. */
    int blockRows(int rows, int most, int mr) {
        int rounds = Math.ceilDiv(rows, workers.count() * most);
        int share = Math.ceilDiv(rows, workers.count() * rounds);
        return Math.ceilDiv(share, mr) * mr;
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

    /** A is packed whole; a task packs its own columns of B block by block and multiplies them at once. */
    private Runnable smallM(GemmSpec spec, Packing packing, HostTensor c, SimdEpilogue epilogue) {
        int k = spec.k();
        int m = spec.m();
        boolean widened = spec.typeB() != ElementType.FLOAT32;
        boolean inPlace = spec.packedB() && !spec.transB() && !widened;
        int block = inPlace ? kcFew : kcSmall;
        int panels = panels(spec);
        // If B is to be packed, one task a thread: the longer the run of a row that a task reads, the faster.
        int tasks = spec.packedB() ? 2 * workers.count() : workers.count();
        int chunk = Math.min(Math.ceilDiv(panels, tasks), nc / NR);
        // Weights are widened a panel at a time: it stays in the first-level cache, and they are one long stream.
        int atOnce = widened ? 1 : chunk;
        Workers.Task pack = (number, worker) -> {
            int p = number * block;
            packing.packA(takeLeft(spec), m * p, 0, m, p, Math.min(block, k - p));
        };
        Workers.Task multiply = (number, worker) -> {
            int panel = number * chunk;
            int count = Math.min(chunk, panels - panel);
            Scratch own = scratch[worker];
            float[] left = takeLeft(spec);
            float[] right = own.take(Scratch.Use.RIGHT, inPlace ? 0 : atOnce * Packing.panelStep(block));
            MacroKernel rows = own.macroKernel().set(c.array(), c.offset(), 0, m, spec.n());
            for (int first = panel; first < panel + count; first += atOnce) {
                int next = Math.min(atOnce, panel + count - first);
                for (int p = 0; p < k; p += block) {
                    int depth = Math.min(block, k - p);
                    Packing.BPanels part = packing.bPanels(own.bPanels(), right, 0, 1, p, depth, first, next);
                    rows.multiply(own.aBlock().packed(left, m * p), part, p > 0 || spec.beta() != 0);
                }
            }
            epilogue.apply(0, m, panel * NR, Math.min(count * NR, spec.n() - panel * NR));
        };
        return () -> {
            takeLeft(spec);
            workers.forEach(Math.ceilDiv(k, block), 4L * m * k, pack);
            workers.forEach(Math.ceilDiv(panels, chunk), work(spec), multiply);
        };
    }

    /** For all of A: once it was taken, every thread gets the same array. */
    private float[] takeLeft(GemmSpec spec) {
        return shared.take(Scratch.Use.LEFT, (long) spec.m() * spec.k());
    }

    /** Goto's algorithm, a rectangle of C to a task. A small B is packed once; else each task packs what it needs. */
    private Runnable blocked(GemmSpec spec, Packing packing, HostTensor c, SimdEpilogue epilogue) {
        int panels = panels(spec);
        int k = spec.k();
        boolean small = k <= kc && (long) k * panels * NR <= smallBlock;
        Packing.BPanels whole = new Packing.BPanels();
        int threads = spec.flops() < Workers.WORTH_SHARING ? 1 : workers.count();
        Partition partition = small ? new Partition(blockRows(spec.m(), mc, MR), panels) : partition(spec, threads);
        int across = Math.ceilDiv(panels, partition.panels());
        int tasks = Math.ceilDiv(spec.m(), partition.rows()) * across;
        Workers.Task task = (number, worker) -> {
            int row = number / across * partition.rows();
            int panel = number % across * partition.panels();
            int rows = Math.min(partition.rows(), spec.m() - row);
            int count = Math.min(partition.panels(), panels - panel);
            for (int p = 0; p < k; p += kc) {
                int depth = Math.min(kc, k - p);
                Packing.BPanels right = small ? whole : packB(packing, p, depth, panel, count, scratch[worker]);
                multiply(spec, packing, row, rows, p, right, c, epilogue, scratch[worker]);
            }
        };
        return () -> {
            if (small) {
                packing.bPanels(whole, takeRight(k, panels), 0, 1, 0, k, 0, panels);
            }
            workers.forEach(tasks, spec.flops(), task);
        };
    }

    /** One rectangle for each thread, or more where that costs next to nothing. */
    private Partition partition(GemmSpec spec, int threads) {
        Partition best = Partition.of(spec, threads);
        return new Partition(Math.min(best.rows(), sharedRows), Math.min(best.panels(), nc / NR));
    }

    private static Packing.BPanels packB(Packing packing, int p, int depth, int panel, int count, Scratch scratch) {
        float[] to = scratch.take(Scratch.Use.RIGHT, count * Packing.panelStep(depth));
        return packing.bPanels(scratch.bPanels(), to, 0, 1, p, depth, panel, count);
    }

    /**
     * Rows row .. row + rows of A, products p on, times a block of B that stays in cache, and the epilogue where they
     * are the last.
     */
    private void multiply(
            GemmSpec spec,
            Packing packing,
            int row,
            int rows,
            int p,
            Packing.BPanels right,
            HostTensor c,
            SimdEpilogue epilogue,
            Scratch scratch) {
        int depth = right.depth();
        int column = right.first() * NR;
        int columns = Math.min(right.count() * NR, spec.n() - column);
        int atOnce = depth * right.count() * NR <= smallBlock ? MR : mc;
        for (int i = row, height; i < row + rows; i += height) {
            height = Math.min(atOnce, row + rows - i);
            MacroKernel block = scratch.macroKernel().set(c.array(), c.offset(), i, height, spec.n());
            float[] packed = scratch.take(Scratch.Use.LEFT, height * depth);
            Packing.ABlock left = packing.aBlock(scratch.aBlock(), i, height, p, depth, packed, 0);
            block.multiply(left, right, p > 0 || spec.beta() != 0);
            if (p + depth == spec.k()) {
                epilogue.apply(i, height, column, columns);
            }
        }
    }

    /** What is to be done, or to be read where that takes longer. */
    private static long work(GemmSpec spec) {
        return Math.max(spec.flops(), (long) spec.k() * spec.n() * Float.BYTES);
    }

    private static int panels(GemmSpec spec) {
        return Math.ceilDiv(spec.n(), NR);
    }

    /**
     * The rectangles that C is split into. Each packs its columns of B and its rows of A for itself, as if there were
     * no other: what another core has packed takes longer to fetch than to pack again.
     *
     * @param rows of a rectangle, in whole tiles
     * @param panels of a rectangle, each that many columns
     */
    private record Partition(int rows, int panels) {
        /** One for each thread, of the shape that takes least. */
        static Partition of(GemmSpec spec, int threads) {
            Partition best = null;
            for (int down = threads; down >= 1; down--) {
                if (threads % down == 0) {
                    Partition partition = new Partition(
                            Math.ceilDiv(Math.ceilDiv(spec.m(), down), MR) * MR,
                            Math.ceilDiv(SimdGemm.panels(spec), threads / down));
                    boolean isBetter =
                            best == null || partition.products(spec) < SPLIT_ROWS_BELOW * best.products(spec);
                    best = isBetter ? partition : best;
                }
            }
            return best;
        }

        /** What one rectangle takes for each step of k, packing included, in products. */
        private long products(GemmSpec spec) {
            long columns = (long) panels * NR;
            long left = spec.transA() && spec.alpha() == 1 ? 0 : GATHER_COST;
            boolean inPlace = spec.packedB() && spec.typeB() == ElementType.FLOAT32;
            long right = spec.transB() ? GATHER_COST : inPlace ? 0 : COPY_COST;
            return rows * columns + left * rows + right * columns;
        }
    }
}
