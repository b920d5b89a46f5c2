package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.GemmSpec;

/**
 * C = alpha A B + beta C where C has a vector of columns at most. A is read once, where it is, as a few long streams; B
 * is packed whole.
 */
final class SimdSkinnyGemm {
    private final Workers workers;
    private final Scratch[] scratch;
    private final Scratch shared;
    private final int mc;
    private final int kc;

    /** @param scratch one for each worker */
    SimdSkinnyGemm(Workers workers, Scratch[] scratch, SimdParameters parameters) {
        this.workers = workers;
        this.scratch = scratch;
        this.shared = scratch[0].another();
        mc = parameters.get(SimdParameter.MC_TALL);
        kc = parameters.get(SimdParameter.KC_TALL);
    }

    /** Whether this is such a product. */
    static boolean suits(GemmSpec spec) {
        return !spec.transA() && !spec.transB() && !spec.packedB() && spec.n() <= LANES;
    }

    Runnable prepare(GemmSpec spec, Packing packing, HostTensor a, HostTensor c, SimdEpilogue epilogue) {
        int k = spec.k();
        int n = spec.n();
        int chunk = Math.min(mc, Math.ceilDiv(spec.m(), workers.count()));
        // Sums that are added to are loaded as whole vectors, and C may end with the first lanes of one.
        boolean direct = spec.beta() == 0 && k <= kc;
        Workers.Task task = (number, worker) -> {
            int first = number * chunk;
            int rows = Math.min(chunk, spec.m() - first);
            float[] right = takeRight(k);
            float[] sums = direct ? c.array() : scratch[worker].take(Scratch.Use.TILE, chunk * n + LANES);
            int to = direct ? c.offset() + first * n : 0;
            for (int p = 0; p < k; p += kc) {
                MicroKernel.Operands operands = scratch[worker].operands();
                operands.set(a.array(), right, sums, n).adding(p > 0).width(n);
                int from = a.offset() + first * k + p;
                int depth = Math.min(kc, k - p);
                TileKind.SKINNY.runAsStreams(depth, rows, from, k, p * LANES, operands, to);
            }
            if (!direct) {
                give(sums, c, first * n, rows * n, spec.beta());
            }
            epilogue.apply(first, rows, 0, n);
        };
        return () -> {
            packing.packSkinny(takeRight(k), spec.alpha());
            workers.forEach(Math.ceilDiv(spec.m(), chunk), spec.flops(), task);
        };
    }

    /** For all of B: once it was taken, every thread gets the same array. */
    private float[] takeRight(int k) {
        return shared.take(Scratch.Use.RIGHT, (long) k * LANES);
    }

    /** c = sums + beta c */
    private static void give(float[] sums, HostTensor c, int first, int count, float beta) {
        float[] to = c.array();
        int at = c.offset() + first;
        if (beta == 0) {
            System.arraycopy(sums, 0, to, at, count);
            return;
        }
        for (int e = 0; e < count; e++) {
            to[at + e] = sums[e] + beta * to[at + e];
        }
    }
}
