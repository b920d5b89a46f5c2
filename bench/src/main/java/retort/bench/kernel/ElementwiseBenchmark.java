package retort.bench.kernel;

import org.openjdk.jmh.annotations.Param;

/** What touches every element once. */
public class ElementwiseBenchmark extends KernelBenchmark {
    @Param({"relu:692224"})
    public String spec;

    @Override
    String spec() {
        return spec;
    }
}
