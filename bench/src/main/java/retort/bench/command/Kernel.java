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
        return switch (spec.op().family()) {
            case GEMM -> GEMM;
            case CONV2D -> CONV2D;
            case SOFTMAX -> SOFTMAX;
            case ELEMENTWISE -> ELEMENTWISE;
            case ADAM -> ADAM;
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

    @Override
    public String toString() {
        return id();
    }

    Class<?> benchmark() {
        return benchmark;
    }
}
