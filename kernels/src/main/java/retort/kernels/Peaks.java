package retort.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import retort.kernels.op.Spec;

/**
 * What this machine's cores can do at most, as measured now: what the speed of an operation is held against.
 *
 * @param gflops of multiply-adds on registers
 * @param triadGBs of x = y + a z over arrays that no cache holds
 * @param updateGBs of w, m and v each increased by a g, as an optimiser's step reads and writes
 */
public record Peaks(double gflops, double triadGBs, double updateGBs) {
    /** Elements of each of four arrays, of all threads together: 256 MiB. */
    private static final int ELEMENTS = 1 << 24;

    private static final double TRIAD_BYTES = 3.0 * ELEMENTS * Spec.ELEMENT_BYTES;
    private static final double UPDATE_BYTES = 7.0 * ELEMENTS * Spec.ELEMENT_BYTES;

    /** Small enough that sums of it over half a second stay small. */
    private static final float FACTOR = 0x1p-20f;

    /** Calls of the multiply-adds at a time: a millisecond or two, beside which handing out the work is nothing. */
    private static final int FMA_CALLS = 10;

    /** A loop is over when it has got no faster for as long and as often: before that the compiler is still at it. */
    private static final long SETTLED_NANOS = 400_000_000;

    private static final int SETTLED_CALLS = 10;

    private static final double FASTER = 1.1;

    /**
     * Measures, in two seconds or so, as many threads as a CPU engine has; nothing for an engine that chooses its own
     * device, whose roofs are others, or on a JVM that compiles no vector code.
     */
    public static Optional<Peaks> measured(Engine engine, int threads) {
        return switch (engine) {
            case OPENCL -> Optional.empty();
            case CPU_SCALAR, CPU_SIMD -> Backends.probe().map(probe -> ofCores(probe, threads));
        };
    }

    private static Peaks ofCores(Probe probe, int threads) {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            double fma = best(pool, threads, thread -> {
                for (int call = 0; call < FMA_CALLS; call++) {
                    probe.fma(0.5f);
                }
            });
            float[][][] arrays = new float[threads][4][ELEMENTS / threads];
            for (float[][] share : arrays) {
                // Memory that was never written may be one page of zeros, over and over.
                for (float[] array : share) {
                    Arrays.fill(array, 1);
                }
            }
            double triad = best(pool, threads, t -> probe.triad(arrays[t][0], arrays[t][1], arrays[t][2], FACTOR));
            double update = best(
                    pool, threads, t -> probe.update(arrays[t][0], arrays[t][1], arrays[t][2], arrays[t][3], FACTOR));
            return new Peaks(
                    fma * threads * FMA_CALLS * Probe.FMA_FLOPS / 1e9,
                    triad * TRIAD_BYTES / 1e9,
                    update * UPDATE_BYTES / 1e9);
        }
    }

    /**
     * The better of the loops over memory. The triad's stores read what they overwrite, which is not counted: what
     * writes back only what it has read, as optimisers do, moves more bytes a second.
     */
    public double memoryGBs() {
        return Math.max(triadGBs, updateGBs);
    }

    /** How often a second all threads do some work together, at best. */
    private static double best(ExecutorService pool, int threads, IntConsumer work) {
        double best = 0;
        long lastGain = System.nanoTime();
        int callsSince = 0;
        for (long start = lastGain;
                start - lastGain < SETTLED_NANOS || callsSince < SETTLED_CALLS;
                start = System.nanoTime()) {
            List<Future<?>> shares = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int share = thread;
                shares.add(pool.submit(() -> work.accept(share)));
            }
            shares.forEach(Peaks::await);
            long end = System.nanoTime();
            double perSecond = 1e9 / (end - start);
            callsSince++;
            if (perSecond > FASTER * best) {
                lastGain = end;
                callsSince = 0;
            }
            best = Math.max(best, perSecond);
        }
        return best;
    }

    private static void await(Future<?> share) {
        try {
            share.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the machine's peaks were measured", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the machine's peaks can't be measured", e.getCause());
        }
    }
}
