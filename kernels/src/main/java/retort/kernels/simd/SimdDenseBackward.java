package retort.kernels.simd;

import static retort.kernels.simd.Blocking.MR;
import static retort.kernels.simd.Blocking.MR_UPDATE;
import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.Blocking.UPDATE_ROWS;

import java.util.Arrays;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.GemmSpec;

/**
 * The backward pass of a dense layer with the optimiser's step in it, see {@link DenseBackwardSpec}.
 *
 * <p>Packed weights are read once: a thread takes a block of their rows, and a few panels at a time adds what these
 * rows give to the input's gradient, and then updates them, while their gradient is in the first-level cache.
 * (Larger pieces take longer, since memory then idles while a gradient is computed: 10.2 ms a tile at a time, 13.3 from
 * 48 rows on, 21632 x 1200 weights and a batch of 32 on two Zen 5 cores. An update from the tile's registers is no
 * faster, and C1 ran out of registers of its own on it.)
 *
 * <p>Row-major weights are read twice, by the input's product and by the update, and their gradient comes in blocks
 * that stay in cache.
 */
final class SimdDenseBackward {
    private final Workers workers;
    private final Scratch[] scratch;
    private final SimdGemm gemm;
    private final Scratch shared;
    private final int kc;
    private final int updateBlock;
    private final int updatePanels;
    private final int gradientBlock;

    /** @param scratch one for each worker */
    SimdDenseBackward(Workers workers, Scratch[] scratch, SimdGemm gemm, SimdParameters parameters) {
        this.workers = workers;
        this.scratch = scratch;
        this.shared = scratch[0].another();
        this.gemm = gemm;
        kc = parameters.get(SimdParameter.KC);
        updateBlock = parameters.get(SimdParameter.UPDATE_BLOCK);
        updatePanels = parameters.get(SimdParameter.UPDATE_PANELS);
        gradientBlock = parameters.get(SimdParameter.GRADIENT_BLOCK);
    }

    Runnable prepare(DenseBackwardSpec spec, Operands<HostTensor> o) {
        HostTensor x = o.get(0);
        HostTensor dY = o.get(1);
        HostTensor w = o.get(2);
        HostTensor dX = spec.inputGradient() ? o.get(3 + spec.update().stateTensors()) : null;
        SimdUpdate update = SimdUpdate.of(spec.update(), o, 2);
        if (spec.packed()) {
            return packed(spec, x, dY, w, dX, update);
        }
        Runnable weights = rowMajor(spec.weightProduct(), x, dY, update);
        if (dX == null) {
            return weights;
        }
        Runnable inputs = gemm.prepare(spec.inputProduct(), dY, w, dX, Fused.gate(x));
        return () -> {
            inputs.run();
            weights.run();
        };
    }

    private Runnable packed(
            DenseBackwardSpec spec, HostTensor x, HostTensor dY, HostTensor w, HostTensor dX, SimdUpdate update) {
        GemmSpec product = spec.weightProduct();
        Packing packing = new Packing(product, x, dY);
        Packing.BPanels[] right = blocks(spec.batch());
        int panels = Math.ceilDiv(spec.units(), NR);
        TransposedProduct inputs = dX == null
                ? null
                : new TransposedProduct(
                        spec.inputProduct(),
                        dY,
                        w,
                        dX,
                        new SimdEpilogue(spec.gate(), Fused.gate(x), dX, spec.inputs()));
        int width = Math.ceilDiv(spec.batch(), NR) * NR;
        int height = gemm.blockRows(spec.inputs(), Math.max(MR_UPDATE, updateBlock / width), MR_UPDATE);
        Workers.Task task = (number, worker) -> {
            int row = number * height;
            int rows = Math.min(height, spec.inputs() - row);
            Scratch own = scratch[worker];
            float[] sums = own.take(Scratch.Use.ROWS, (long) rows * width);
            float[] left = own.take(Scratch.Use.LEFT, (long) rows * spec.batch());
            for (int i = 0; i < right.length; i++) {
                packing.packA(left, rows * i * kc, row, rows, i * kc, right[i].depth(), MR_UPDATE);
            }
            for (int first = 0; first < panels; first += updatePanels) {
                int count = Math.min(updatePanels, panels - first);
                if (inputs != null) {
                    inputs.multiply(first, count, row, rows, sums, own.operands());
                }
                for (int panel = first; panel < first + count; panel++) {
                    updatePanel(spec, update, left, right, panel, row, rows, own);
                }
            }
            if (inputs != null) {
                inputs.store(row, rows, sums);
            }
        };
        long work = work(spec);
        return () -> {
            packRight(packing, right, spec.batch(), panels);
            if (inputs != null) {
                inputs.packA(shared);
            }
            workers.forEach(Math.ceilDiv(spec.inputs(), height), work, task);
        };
    }

    /**
     * In one panel of packed parameters, a few tiles of the gradient at a time, while these are in the L1 cache.
     *
     * @param left tiles of x', one block of the batch after the other
     * @param right the same blocks of dY
     */
    private static void updatePanel(
            DenseBackwardSpec spec,
            SimdUpdate update,
            float[] left,
            Packing.BPanels[] right,
            int panel,
            int row,
            int rows,
            Scratch own) {
        float[] gradient = own.take(Scratch.Use.GRADIENT, (UPDATE_ROWS + MR_UPDATE) * NR);
        MicroKernel.Operands operands = own.operands().set(left, right[0].array(), gradient, NR);
        int wAt = (panel * spec.inputs() + row) * NR;
        int updated = 0;
        for (int i = 0, height; i < rows; i += height) {
            height = Blocking.nextRows(rows - i, MR_UPDATE);
            MicroKernel kernel = TileKind.PACKED.kernel(height);
            int leftAt = 0;
            for (Packing.BPanels block : right) {
                int depth = block.depth();
                int bAt = block.at() + panel * block.step();
                kernel.run(depth, leftAt + i * depth, 0, bAt, 1, operands.adding(leftAt > 0), (i - updated) * NR);
                leftAt += rows * depth;
            }
            int waiting = i + height - updated;
            if (waiting >= UPDATE_ROWS || i + height == rows) {
                zeroPadding(spec, panel, gradient, waiting);
                update.run(gradient, wAt + updated * NR, waiting * NR);
                updated += waiting;
            }
        }
    }

    /** What fills up a panel has no gradient, not even where an input is infinite or NaN; so it stays 0. */
    private static void zeroPadding(DenseBackwardSpec spec, int panel, float[] gradient, int rows) {
        int width = Math.min(NR, spec.units() - panel * NR);
        for (int end = NR; width < NR && end <= rows * NR; end += NR) {
            Arrays.fill(gradient, end - NR + width, end, 0);
        }
    }

    /** The gradient comes in blocks of rows that stay in cache, and the update runs over each at once. */
    private Runnable rowMajor(GemmSpec product, HostTensor x, HostTensor dY, SimdUpdate update) {
        Packing packing = new Packing(product, x, dY);
        Packing.BPanels[] right = blocks(product.k());
        int n = product.n();
        int height = MR * Math.max(1, gradientBlock / MR / n);
        Workers.Task task = (number, worker) -> {
            int row = number * height;
            int rows = Math.min(height, product.m() - row);
            Scratch own = scratch[worker];
            float[] gradient = own.take(Scratch.Use.GRADIENT, (long) rows * n);
            MacroKernel block = own.macroKernel().set(gradient, 0, 0, rows, n);
            for (int i = 0; i < right.length; i++) {
                block.multiply(left(packing, right, i, row, rows, own), right[i], i > 0);
            }
            update.run(gradient, row * n, rows * n);
        };
        return () -> {
            packRight(packing, right, product.k(), Math.ceilDiv(n, NR));
            workers.forEach(Math.ceilDiv(product.m(), height), product.flops(), task);
        };
    }

    /** One for each block of the batch. */
    private Packing.BPanels[] blocks(int batch) {
        Packing.BPanels[] blocks = new Packing.BPanels[Math.ceilDiv(batch, kc)];
        Arrays.setAll(blocks, i -> new Packing.BPanels());
        return blocks;
    }

    /** Packs all of dY. */
    private void packRight(Packing packing, Packing.BPanels[] right, int batch, int panels) {
        int depth = Math.min(batch, kc);
        float[] to = shared.take(Scratch.Use.RIGHT, right.length * Packing.panelsSize(panels, depth));
        int step = panels * Packing.panelStep(depth);
        for (int i = 0; i < right.length; i++) {
            packing.bPanels(right[i], to, i * step, 1, i * kc, Math.min(kc, batch - i * kc), 0, panels);
        }
    }

    /** Rows of x' where they are, in the columns of one block of the batch. */
    private Packing.ABlock left(Packing packing, Packing.BPanels[] right, int block, int row, int rows, Scratch own) {
        return packing.aBlock(own.aBlock(), row, rows, block * kc, right[block].depth(), null, 0);
    }

    /** What is to be done, or to be read where that takes longer. */
    private static long work(DenseBackwardSpec spec) {
        return Math.max(spec.flops(), spec.bytes());
    }
}
