package retort.bench.kernel;

import org.openjdk.jmh.annotations.Param;

/** Matrix products. */
public class GemmBenchmark extends KernelBenchmark {
    @Param({"gemm:m512n512k512:nn", "gemm:m32n1200k21632:nn"})
    public String spec;

    @Override
    String spec() {
        return spec;
    }
}
