package retort.bench.kernel;

import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import retort.bench.peer.OneDnnContender;
import retort.kernels.Backends;
import retort.kernels.Probe;
import retort.kernels.check.CheckException;

/**
 * e^x over an array that fits the second-level cache, on one thread: no operation by itself, but what softmax is made
 * of.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx3g"})
public class ExpBenchmark {
    /** The work that is timed, written like a spec's id. */
    public static final String ID = "exp:16384";

    /** Elements. */
    public static final int COUNT = 16384;

    private static final double LARGEST = 87;

    /** Libraries differ in what they promise: what is timed must be e^x, not a guess at it. */
    private static final int LARGEST_ULPS = 16;

    @Param(ID)
    public String spec;

    /** {@code cpu-simd}, {@code jdk} or {@code onednn}. */
    @Param({"cpu-simd", "jdk", "onednn"})
    public String engine;

    @Param("1")
    public int threads;

    private Contender contender;

    @Setup
    public void prepare() {
        float[] x = new float[COUNT];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < COUNT; i++) {
            x[i] = (float) random.nextDouble(-LARGEST, LARGEST);
        }
        Probe probe = Backends.probe().orElseThrow();
        contender = switch (engine) {
            case "cpu-simd" -> new Loop(probe::exp, x);
            case "jdk" -> new Loop(probe::jdkExp, x);
            case "onednn" -> OneDnnContender.exp(x, threads);
            default -> throw new IllegalArgumentException("exp: no contender " + engine);
        };
        check(x);
    }

    private void check(float[] x) {
        contender.run();
        float[] y = contender.elements(1);
        for (int i = 0; i < COUNT; i++) {
            double expected = Math.exp(x[i]);
            if (!(Math.abs(y[i] - expected) <= LARGEST_ULPS * Math.ulp((float) expected))) {
                throw new CheckException(engine + ", " + spec + ": e^" + x[i] + " is " + y[i] + ", expected " + expected
                        + ": not timed");
            }
        }
    }

    @Benchmark
    public void run() {
        contender.run();
    }

    @TearDown
    public void close() {
        contender.close();
    }

    /** Writes a function of every element of the first array to the second. */
    private interface Function {
        void apply(float[] x, float[] y);
    }

    private record Loop(Function function, float[] x, float[] y) implements Contender {
        Loop(Function function, float[] x) {
            this(function, x, new float[COUNT]);
        }

        @Override
        public void run() {
            function.apply(x, y);
        }

        @Override
        public float[] elements(int operand) {
            return operand == 0 ? x : y;
        }

        @Override
        public void close() {
            // Nothing but arrays.
        }
    }
}
