package retort.bench.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import retort.kernels.Backends;
import retort.kernels.Probe;

/**
 * What the machine can do at most, on as many threads as JMH is told to use: the roof that kernels are held against.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx3g"})
public class PeakBenchmark {
    /** The methods, each a loop that is bound by one thing. */
    public static final List<String> LOOPS = List.of("fma", "triad", "update");

    /** Elements of each of the triad's three arrays, of all threads together: 768 MiB, more than caches hold. */
    public static final int TRIAD_ELEMENTS = 1 << 26;

    /**
     * Elements of each of the update's four arrays, of all threads together: as many as the teacher's first dense layer
     * has.
     */
    public static final int UPDATE_ELEMENTS = 25_958_400;

    /** What {@link Occasion#beside} is before any kernel was timed. */
    public static final String FIRST = "first";

    /** When a peak is measured. */
    @State(Scope.Benchmark)
    public static class Occasion {
        /** The spec whose kernel has just been timed, and was faster than the peak allows. */
        @Param(FIRST)
        public String beside;
    }

    /** One thread's share of the triad's arrays. */
    @State(Scope.Thread)
    public static class TriadArrays {
        float[] x;
        float[] y;
        float[] z;

        @Setup
        public void allocate(BenchmarkParams params) {
            int count = TRIAD_ELEMENTS / params.getThreads();
            x = ones(count);
            y = ones(count);
            z = ones(count);
        }
    }

    /** One thread's share of the update's arrays. */
    @State(Scope.Thread)
    public static class UpdateArrays {
        float[] w;
        float[] g;
        float[] m;
        float[] v;

        @Setup
        public void allocate(BenchmarkParams params) {
            int count = UPDATE_ELEMENTS / params.getThreads();
            w = ones(count);
            g = ones(count);
            m = ones(count);
            v = ones(count);
        }
    }

    private static final Probe PROBE = Backends.probe().orElseThrow();

    private static float[] ones(int count) {
        float[] array = new float[count];
        Arrays.fill(array, 1);
        return array;
    }

    /** {@link Probe#FMA_FLOPS} a call and thread. */
    @Benchmark
    public float fma(Occasion occasion) {
        return PROBE.fma(0.5f);
    }

    /** 12 bytes an element of a thread's share. */
    @Benchmark
    public void triad(Occasion occasion, TriadArrays arrays) {
        PROBE.triad(arrays.x, arrays.y, arrays.z, 0.5f);
    }

    /** 28 bytes an element of a thread's share. */
    @Benchmark
    public void update(Occasion occasion, UpdateArrays arrays) {
        PROBE.update(arrays.w, arrays.g, arrays.m, arrays.v, 0x1p-20f);
    }
}
