package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;

/** Threads that a backend does not belong to use it while its own computes, and use it when it is closed. */
class MisuseSoakTest {
    private static final int THREADS = 6;
    private static final int MISUSES = 600_000;
    private static final int CYCLE = 200;
    private static final GemmSpec SPEC = GemmSpec.nn(5, 40, 30);

    static Stream<Engine> engines() {
        return MisuseTest.engines();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noMisuseGoesUnnoticed(Engine engine) throws InterruptedException, ExecutionException {
        int cycles = Math.ceilDiv(Soak.count(MISUSES), THREADS * CYCLE);
        long products = 0;
        int unnoticed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int cycle = 0; cycle < cycles; cycle++) {
                Backend backend =
                        Backends.open(engine, Backends.Options.defaults().withThreads(1));
                Scope scope = backend.scope();
                Tensor x = scope.filled(Shape.of(2, 2), 3);
                List<Executable> uses =
                        new ArrayList<>(MisuseTest.uses(backend, scope, x, scope.tensor(2, 2), scope.tensor(2, 2)));
                List<Executable> foreign = new ArrayList<>(uses);
                foreign.addAll(List.of(scope::close, backend::close, backend::handOver));
                List<Future<Integer>> intruders = start(threads, foreign, cycle);
                while (!intruders.stream().allMatch(Future::isDone)) {
                    products += product(backend, cycle);
                }
                assertArrayEquals(new float[] {3, 3, 3, 3}, backend.download(x));
                unnoticed += sum(intruders);
                backend.close();
                unnoticed += sum(start(threads, uses, ~cycle));
                scope.close();
            }
        }
        long tries = 2L * cycles * THREADS * CYCLE;
        assertEquals(0, unnoticed, "of " + tries + " misuses of " + engine + " went unnoticed, seed " + Soak.seed());
        assertTrue(products > 0);
        Soak.kept(
                7,
                "uses of a backend by " + THREADS + " threads not its own, or when it is closed, " + engine,
                tries,
                String.format("0 unnoticed, %,d products meanwhile exact", products));
    }

    /** Each of some threads makes a cycle of random calls, and counts those that were let through. */
    private static List<Future<Integer>> start(ExecutorService threads, List<Executable> uses, int number) {
        List<Future<Integer>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            SplittableRandom random = new SplittableRandom(Soak.seed() + (long) number * THREADS + thread);
            all.add(threads.submit(() -> {
                int unnoticed = 0;
                for (int i = 0; i < CYCLE; i++) {
                    unnoticed += isRefused(uses.get(random.nextInt(uses.size()))) ? 0 : 1;
                }
                return unnoticed;
            }));
        }
        return all;
    }

    private static boolean isRefused(Executable use) {
        try {
            use.execute();
            return false;
        } catch (IllegalStateException e) {
            return true;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static int sum(List<Future<Integer>> counts) throws InterruptedException, ExecutionException {
        int sum = 0;
        for (Future<Integer> count : counts) {
            sum += count.get();
        }
        return sum;
    }

    /** One product of whole numbers, which is exact. */
    private static int product(Backend backend, int factor) {
        try (Scope scope = backend.scope()) {
            Tensor c = scope.tensor(SPEC.cShape());
            backend.gemm(SPEC, scope.filled(SPEC.aShape(), factor), scope.filled(SPEC.bShape(), 2), c);
            for (float sum : backend.download(c)) {
                assertEquals(2f * factor * SPEC.k(), sum);
            }
        }
        return 1;
    }
}
