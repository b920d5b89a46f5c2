package retort.bench.report;

import retort.bench.kernel.ExpBenchmark;
import retort.kernels.Conv2dSpec;
import retort.kernels.GemmSpec;
import retort.kernels.Spec;

/**
 * What one call of a benchmark does, and what its speed is told in: arithmetic for products of matrices and convolutions,
 * bytes for everything that reads each element a few times at most.
 *
 * @param flops 0 where bytes are all that matters
 */
record Work(String id, long flops, long bytes, String unit) {
    static final String GFLOPS = "GFLOP/s";
    static final String GBS = "GB/s";

    private static final long EXP_BYTES = 2L * Spec.ELEMENT_BYTES;

    static Work of(String id) {
        if (id.equals(ExpBenchmark.ID)) {
            return new Work(id, 0, EXP_BYTES * ExpBenchmark.COUNT, GBS);
        }
        Spec spec = Spec.parse(id);
        boolean arithmetic = spec instanceof Conv2dSpec || spec instanceof GemmSpec s && s.m() > 1 && s.n() > 1;
        return new Work(id, spec.flops(), spec.bytes(), arithmetic ? GFLOPS : GBS);
    }

    /** Billions of operations, or of bytes, in one call. */
    double giga() {
        return (unit.equals(GFLOPS) ? flops : bytes) / 1e9;
    }

    /** Operations for each byte that must be moved. */
    double intensity() {
        return flops / (double) bytes;
    }
}
