package retort.bench.report;

import retort.bench.kernel.ExpBenchmark;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.GatherSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.op.StridedCopySpec;

/**
 * What one call of a benchmark does, and what its speed is told in: arithmetic for products of matrices and
 * convolutions, bytes for everything that reads each element a few times at most.
 *
 * @param flops 0 where bytes are all that matters
 * @param roof what such work is held against
 */
public record Work(String id, long flops, long bytes, Roof roof) {
    static final String GFLOPS = "GFLOP/s";
    static final String GBS = "GB/s";

    private static final long EXP_BYTES = 2L * Spec.ELEMENT_BYTES;

    /** The loops that show what the machine can do at most. */
    public enum Roof {
        /** Multiply-adds on registers. */
        FMA,
        /** Two arrays read, one written. */
        TRIAD,
        /** Four arrays read, three of them written back: what steps of optimisers do. */
        UPDATE
    }

    public static Work of(String id) {
        if (id.equals(ExpBenchmark.ID)) {
            return new Work(id, 0, EXP_BYTES * ExpBenchmark.COUNT, Roof.TRIAD);
        }
        Spec spec = Spec.parse(id);
        Roof roof = switch (spec) {
            case Conv2dSpec s -> Roof.FMA;
            case GemmSpec s -> s.m() > 1 && s.n() > 1 ? Roof.FMA : Roof.TRIAD;
            case AdamSpec s -> Roof.UPDATE;
            case BiasBackwardSpec s -> Roof.UPDATE;
            case DenseBackwardSpec s -> Roof.UPDATE;
            case SgdSpec s -> Roof.UPDATE;
            case ActivationSpec s -> Roof.TRIAD;
            case AddSpec s -> Roof.TRIAD;
            case ArgmaxSpec s -> Roof.TRIAD;
            case ArithmeticSpec s -> Roof.TRIAD;
            case BatchNormSpec s -> Roof.TRIAD;
            case BiasSpec s -> Roof.TRIAD;
            case ColumnSumSpec s -> Roof.TRIAD;
            case CrossEntropySpec s -> Roof.TRIAD;
            case DepthwiseConv2dSpec s -> Roof.TRIAD;
            case DistillationSpec s -> Roof.TRIAD;
            case DropoutSpec s -> Roof.TRIAD;
            case GatherSpec s -> Roof.TRIAD;
            case MaxNormSpec s -> Roof.TRIAD;
            case Pool2dSpec s -> Roof.TRIAD;
            case ReluSpec s -> Roof.TRIAD;
            case SoftmaxSpec s -> Roof.TRIAD;
            case StridedCopySpec s -> Roof.TRIAD;
        };
        return new Work(id, spec.flops(), spec.bytes(), roof);
    }

    String unit() {
        return roof == Roof.FMA ? GFLOPS : GBS;
    }

    /** Billions of operations, or of bytes, in one call. */
    double giga() {
        return (roof == Roof.FMA ? flops : bytes) / 1e9;
    }

    /** Operations for each byte that must be moved. */
    double intensity() {
        return flops / (double) bytes;
    }
}
