package retort.bench.kernel;

import org.openjdk.jmh.annotations.Param;

/** Adam, alone and in the backward pass of a layer. */
public class AdamBenchmark extends KernelBenchmark {
    @Param({"adam:25958400", "dense-backward:b32i21632o1200:adam"})
    public String spec;

    @Override
    String spec() {
        return spec;
    }
}
