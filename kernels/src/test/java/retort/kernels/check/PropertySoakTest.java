package retort.kernels.check;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.Soak;
import retort.kernels.Tiling;
import retort.kernels.check.Problems.Problem;
import retort.kernels.op.Spec;

/**
 * Every op on every engine, on random problems: within the bound of its spec whatever goes in, nothing written beside
 * the results, no exception; and the same bits on any number of threads.
 */
class PropertySoakTest {
    /** Of each op, on each engine. */
    private static final int PROBLEMS = 20_000;

    /** Of each op that are large enough for several threads. */
    private static final int SHARED = 300;

    private static final Map<Integer, Backend> SIMD = new TreeMap<>();

    @AfterAll
    static void close() {
        SIMD.values().forEach(Backend::close);
    }

    private static Backend simd(int threads) {
        return SIMD.computeIfAbsent(
                threads,
                count -> Backends.open(
                        Engine.CPU_SIMD, Backends.Options.defaults().withThreads(count)));
    }

    /** By engine: on cpu-simd a problem says on how many threads. */
    private static Map<Engine, Function<Problem, Backend>> engines() {
        Map<Engine, Function<Problem, Backend>> engines = new TreeMap<>();
        for (EnginesUnderTest.Subject subject : EnginesUnderTest.all()) {
            Engine engine = subject.backend().engine();
            engines.put(
                    engine,
                    engine == Engine.CPU_SIMD ? problem -> simd(problem.threads()) : problem -> subject.backend());
        }
        return engines;
    }

    @TestFactory
    Stream<DynamicNode> randomProblemsAreWithinTheirBounds() {
        return engines().entrySet().stream()
                .map(entry -> dynamicContainer(entry.getKey().id(), ops(entry.getKey(), entry.getValue())));
    }

    private static Stream<DynamicNode> ops(Engine engine, Function<Problem, Backend> backends) {
        int count = Soak.count(PROBLEMS);
        Map<Spec.Op, Double> worst = new TreeMap<>();
        Tiling tiling = EnginesUnderTest.all().stream()
                .filter(subject -> subject.backend().engine() == engine)
                .findFirst()
                .orElseThrow()
                .backend()
                .tiling();
        RandomSpecs specs = RandomSpecs.small(tiling);
        Stream<DynamicNode> ops = Arrays.stream(Spec.Op.values())
                .map(op -> dynamicTest(
                        op.stem(),
                        () -> worst.put(
                                op,
                                Problems.attempt(
                                        Problems.of(specs.of(op), Fill.values()),
                                        count,
                                        Soak.seed(),
                                        problem -> problem.check().check(engine.id(), backends.apply(problem))))));
        return Stream.concat(ops, Stream.of(dynamicTest("all", () -> record(engine, count, worst))));
    }

    private static void record(Engine engine, int count, Map<Spec.Op, Double> worst) {
        if (worst.size() == Spec.Op.values().length) {
            Map.Entry<Spec.Op, Double> largest =
                    worst.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
            Soak.kept(
                    1,
                    "random problems of " + worst.size() + " ops, " + engine,
                    (long) worst.size() * count,
                    String.format(
                            Locale.ROOT,
                            "none wrong; largest error %.2f of its bound, in %s",
                            largest.getValue(),
                            largest.getKey().stem()));
        }
    }

    @TestFactory
    Stream<DynamicNode> theNumberOfThreadsChangesNoBit() {
        int count = Soak.count(SHARED);
        RandomSpecs specs = RandomSpecs.large(simd(1).tiling());
        List<Spec.Op> same = new ArrayList<>();
        Stream<DynamicNode> ops = Arrays.stream(Spec.Op.values())
                .map(op -> dynamicTest(op.stem(), () -> {
                    Problems.attempt(
                            Problems.of(specs.of(op), Fill.RANDOM), count, Soak.seed(), PropertySoakTest::sameBits);
                    same.add(op);
                }));
        return Stream.concat(ops, Stream.of(dynamicTest("all", () -> {
            if (same.size() == Spec.Op.values().length) {
                String threads = Problems.THREADS.stream().map(String::valueOf).collect(Collectors.joining(", "));
                Soak.kept(
                        1,
                        "large problems of " + same.size() + " ops on " + threads + " threads, cpu-simd",
                        (long) same.size() * count,
                        "no bit differs");
            }
        })));
    }

    private static double sameBits(Problem problem) {
        KernelCheck check = problem.check();
        float[][] first = run(check, 1);
        for (int threads : Problems.THREADS) {
            check.checkSameBits("cpu-simd x" + threads, first, run(check, threads));
        }
        return 0;
    }

    private static float[][] run(KernelCheck check, int threads) {
        try (Backend backend =
                Backends.open(Engine.CPU_SIMD, Backends.Options.defaults().withThreads(threads))) {
            return check.run(backend);
        }
    }
}
