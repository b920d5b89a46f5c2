package retort.bench.kernel;

import org.openjdk.jmh.annotations.Param;

/** Adam, alone and in the weight gradient. */
public class AdamBenchmark extends KernelBenchmark {
    @Param({"adam:25958400", "gemm-adam:m21632n1200k32:tn"})
    public String spec;

    @Override
    String spec() {
        return spec;
    }
}
