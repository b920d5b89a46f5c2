package retort.kernels;

import java.util.stream.Stream;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;

class GemmAdamTest extends KernelContract {
    @Override
    boolean isExactOnIntegers() {
        return false;
    }

    @Override
    Stream<GemmAdamSpec> specs() {
        return Stream.of(
                        GemmSpec.tn(1, 1, 1),
                        GemmSpec.tn(10, 10, 32),
                        GemmSpec.tn(13, 33, 7),
                        GemmSpec.tn(197, 65, 32),
                        GemmSpec.nn(25, 17, 300),
                        GemmSpec.nt(12, 40, 9),
                        GemmSpec.tt(30, 31, 260))
                .flatMap(gemm -> {
                    AdamSpec adam = new AdamSpec(gemm.m() * gemm.n(), 1e-3f, 0.9f, 0.999f, 1e-7f);
                    return Stream.of(new GemmAdamSpec(gemm, adam, false), new GemmAdamSpec(gemm, adam, true));
                });
    }
}
