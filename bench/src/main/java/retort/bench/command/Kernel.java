package retort.bench.command;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.bench.kernel.AdamBenchmark;
import retort.bench.kernel.Conv2dBenchmark;
import retort.bench.kernel.ElementwiseBenchmark;
import retort.bench.kernel.ExpBenchmark;
import retort.bench.kernel.GemmBenchmark;
import retort.bench.kernel.SoftmaxBenchmark;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;

/** The families of kernels that {@code --kernels} names; each has a benchmark class and a shape file. */
enum Kernel {
    GEMM(GemmBenchmark.class),
    CONV2D(Conv2dBenchmark.class),
    SOFTMAX(SoftmaxBenchmark.class),
    ELEMENTWISE(ElementwiseBenchmark.class),
    ADAM(AdamBenchmark.class),
    EXP(ExpBenchmark.class);

    private final Class<?> benchmark;

    Kernel(Class<?> benchmark) {
        this.benchmark = benchmark;
    }

    /** The family that a spec is timed in. */
    static Kernel of(Spec spec) {
        return switch (spec) {
            case GemmSpec s -> GEMM;
            case Conv2dSpec s -> CONV2D;
            case SoftmaxSpec s -> SOFTMAX;
            case CrossEntropySpec s -> SOFTMAX;
            case DistillationSpec s -> SOFTMAX;
            case BiasSpec s -> ELEMENTWISE;
            case ColumnSumSpec s -> ELEMENTWISE;
            case ReluSpec s -> ELEMENTWISE;
            case DropoutSpec s -> ELEMENTWISE;
            case ArgmaxSpec s -> ELEMENTWISE;
            case AdamSpec s -> ADAM;
            case GemmAdamSpec s -> ADAM;
            case SgdSpec s -> ADAM;
            case MaxNormSpec s -> ADAM;
        };
    }

    static Optional<Kernel> byId(String id) {
        return Arrays.stream(values()).filter(kernel -> kernel.id().equals(id)).findFirst();
    }

    /** All ids, for messages. */
    static String ids() {
        return Arrays.stream(values()).map(Kernel::id).collect(Collectors.joining(", "));
    }

    /** What it is called on the command line, and its shape file. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    Class<?> benchmark() {
        return benchmark;
    }
}
