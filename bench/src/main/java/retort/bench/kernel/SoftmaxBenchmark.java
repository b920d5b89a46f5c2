package retort.bench.kernel;

import org.openjdk.jmh.annotations.Param;

/** Softmax, and the loss on it. */
public class SoftmaxBenchmark extends KernelBenchmark {
    @Param({"softmax:10000x10:T3.5", "softmax:1024x1000:T3.5"})
    public String spec;

    @Override
    String spec() {
        return spec;
    }
}
