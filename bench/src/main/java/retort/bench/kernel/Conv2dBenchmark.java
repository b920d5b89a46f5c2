package retort.bench.kernel;

import org.openjdk.jmh.annotations.Param;

/** Convolutions and their gradients. */
public class Conv2dBenchmark extends KernelBenchmark {
    @Param({"conv2d:n32h28w28c1:k3x3o32:s1p0", "conv2d:n32h28w28c64:k3x3o64:s1p1"})
    public String spec;

    @Override
    String spec() {
        return spec;
    }
}
