package retort.bench.kernel;

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
import org.openjdk.jmh.infra.BenchmarkParams;
import retort.bench.peer.Peer;
import retort.kernels.Engine;
import retort.kernels.op.Spec;

/**
 * Calls a second of one contender at one spec, on warm caches. An invocation is as many calls as JMH is told that it
 * has operations ({@code -opi}), and then waits: layers too give a device one operation after the other and wait for
 * none. JMH runs it on one thread; {@link #threads} says how many the contender computes on.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx3g"})
public abstract class KernelBenchmark {
    /** One of our engines or a peer, by its id. */
    @Param("cpu-simd")
    public String engine;

    @Param("1")
    public int threads;

    private Contender contender;
    private int calls;

    abstract String spec();

    @Setup
    public void prepare(BenchmarkParams params) {
        calls = params.getOpsPerInvocation();
        Spec spec = Spec.parse(spec());
        Referee referee = new Referee(spec);
        contender = Engine.byId(engine)
                .<Contender>map(ours -> new RetortContender(ours, threads, referee.operands()))
                .orElseGet(() -> Peer.byId(engine).open(spec, referee.operands().inputs(), threads));
        referee.check(engine, contender);
    }

    @Benchmark
    public void run() {
        for (int call = 0; call < calls; call++) {
            contender.run();
        }
        contender.await();
    }

    @TearDown
    public void close() {
        contender.close();
    }
}
