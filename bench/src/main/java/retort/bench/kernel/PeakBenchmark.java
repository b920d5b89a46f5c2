package retort.bench.kernel;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import retort.kernels.simd.SimdProbe;

/** What the machine can do at most, on as many threads as JMH is told to use: the roof that kernels are held against. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx3g"})
public class PeakBenchmark {
    /** Elements of each of the triad's three arrays, of all threads together: 768 MiB, more than caches hold. */
    public static final int TRIAD_ELEMENTS = 1 << 26;

    /** One thread's share of the triad's arrays. */
    @State(Scope.Thread)
    public static class TriadArrays {
        float[] x;
        float[] y;
        float[] z;

        @Setup
        public void allocate(BenchmarkParams params) {
            int count = TRIAD_ELEMENTS / params.getThreads();
            x = new float[count];
            y = new float[count];
            z = new float[count];
            Arrays.fill(x, 1);
            Arrays.fill(y, 1);
            Arrays.fill(z, 1);
        }
    }

    /** {@link SimdProbe#FMA_FLOPS} a call and thread. */
    @Benchmark
    public float fma() {
        return SimdProbe.fma(0.5f);
    }

    /** 12 bytes an element of a thread's share. */
    @Benchmark
    public void triad(TriadArrays arrays) {
        SimdProbe.triad(arrays.x, arrays.y, arrays.z, 0.5f);
    }
}
