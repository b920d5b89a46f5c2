package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
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

/**
 * A backend belongs to one thread, and to no one once it is closed; tensors belong to their backend. On every engine.
 */
class MisuseTest {
    private static final GemmSpec SPEC = GemmSpec.nn(2, 2, 2);

    static Stream<Engine> engines() {
        return EnginesUnderTest.all().stream()
                .map(subject -> subject.backend().engine())
                .distinct();
    }

    private static Backend open(Engine engine) {
        return Backends.open(engine, Backends.Options.defaults().withThreads(1));
    }

    /** Everything that works with a backend. */
    static List<Executable> uses(Backend backend, Scope scope, Tensor x, Tensor y, Tensor z) {
        return List.of(
                () -> backend.upload(new float[4], x),
                () -> backend.download(x),
                () -> backend.fill(x, 1),
                () -> backend.copy(x, y),
                backend::finish,
                () -> backend.gemm(SPEC, x, y, z),
                () -> scope.tensor(2, 2),
                () -> scope.packed(Shape.of(2, 2)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aSecondThreadIsRefusedNamingBoth(Engine engine) throws InterruptedException, ExecutionException {
        try (Backend backend = open(engine);
                Scope scope = backend.scope();
                ExecutorService other = Executors.newSingleThreadExecutor(task -> new Thread(task, "the other one"))) {
            Tensor x = scope.filled(Shape.of(2, 2), 3);
            List<Executable> uses = new ArrayList<>(uses(backend, scope, x, scope.tensor(2, 2), scope.tensor(2, 2)));
            uses.addAll(List.of(scope::close, backend::close, backend::handOver));
            for (Executable use : uses) {
                String message = other.submit(() ->
                                assertThrows(IllegalStateException.class, use).getMessage())
                        .get();
                String own = Thread.currentThread().getName();
                assertTrue(message.contains("'the other one'") && message.contains("'" + own + "'"), message);
            }
            assertArrayEquals(new float[] {3, 3, 3, 3}, backend.download(x));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aBackendThatIsHandedOverBelongsToTheNextThread(Engine engine) throws InterruptedException, ExecutionException {
        Backend backend = open(engine);
        Tensor x = backend.scope().filled(Shape.of(2, 2), 3);
        backend.handOver();
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            other.submit(() -> assertArrayEquals(new float[] {3, 3, 3, 3}, backend.download(x)))
                    .get();
            assertThrows(IllegalStateException.class, () -> backend.download(x));
            other.submit(backend::close).get();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aClosedBackendIsRefused(Engine engine) {
        Backend backend = open(engine);
        Scope scope = backend.scope();
        Tensor x = scope.filled(Shape.of(2, 2), 3);
        List<Executable> uses = uses(backend, scope, x, scope.tensor(2, 2), scope.tensor(2, 2));
        backend.close();
        for (Executable use : uses) {
            String message = assertThrows(IllegalStateException.class, use).getMessage();
            assertEquals(engine + ": this backend is closed", message);
        }
        scope.close();
        backend.close();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anotherBackendsTensorIsRefused(Engine engine) {
        try (Backend first = open(engine);
                Backend second = open(engine);
                Scope scope = first.scope();
                Scope others = second.scope()) {
            Tensor own = scope.filled(Shape.of(2, 2), 1);
            Tensor other = others.filled(Shape.of(2, 2), 1);
            Tensor c = scope.tensor(2, 2);
            String message = assertThrows(IllegalArgumentException.class, () -> first.gemm(SPEC, own, other, c))
                    .getMessage();
            assertTrue(message.startsWith("gemm: B is a tensor 2 x 2 on " + engine + " of another backend"), message);
        }
    }

    /** Each thread on its own sibling; what they all read is in memory once. */
    @ParameterizedTest
    @MethodSource("engines")
    void siblingsReadOneBackendsTensorsAtOnce(Engine engine) throws InterruptedException, ExecutionException {
        GemmSpec spec = GemmSpec.nn(3, 70, 40).withPackedB();
        try (Backend backend = open(engine);
                Scope scope = backend.scope();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            float[] weights = new float[40 * 70];
            for (int e = 0; e < weights.length; e++) {
                weights[e] = e % 7 - 3;
            }
            Tensor b = scope.packedOf(spec.bShape(), weights);
            backend.finish();
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                float factor = t + 1;
                all.add(threads.submit(() -> multiply(backend, spec, b, weights, factor)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    private static void multiply(Backend backend, GemmSpec spec, Tensor b, float[] weights, float factor) {
        try (Backend sibling = backend.sibling(1)) {
            for (int round = 0; round < 50; round++) {
                try (Scope own = sibling.scope()) {
                    Tensor c = own.tensor(spec.cShape());
                    sibling.gemm(spec, own.filled(spec.aShape(), factor), b, c);
                    float[] sums = sibling.download(c);
                    for (int j = 0; j < spec.n(); j++) {
                        float sum = 0;
                        for (int p = 0; p < spec.k(); p++) {
                            sum += weights[p * spec.n() + j];
                        }
                        assertEquals(factor * sum, sums[j]);
                    }
                }
            }
        }
    }

    /** What siblings read stays until the last of them is closed, in whatever order they are. */
    @ParameterizedTest
    @MethodSource("engines")
    void aSiblingWorksOnWhenItsOriginIsClosed(Engine engine) {
        Backend origin = open(engine);
        Backend sibling = origin.sibling(1);
        try (Scope own = sibling.scope()) {
            Scope scope = origin.scope();
            Tensor b = scope.filled(Shape.of(2, 2), 1);
            origin.finish();
            Tensor a = own.filled(Shape.of(2, 2), 2);
            Tensor c = own.tensor(2, 2);
            sibling.gemm(SPEC, a, b, c);
            origin.close();
            scope.close();
            assertArrayEquals(new float[] {4, 4, 4, 4}, sibling.download(c));
            assertThrows(IllegalStateException.class, () -> sibling.gemm(SPEC, a, b, c));
            assertThrows(IllegalStateException.class, () -> origin.sibling(1));
            sibling.gemm(SPEC, a, a, c);
            assertArrayEquals(new float[] {8, 8, 8, 8}, sibling.download(c));
        }
        sibling.close();
    }

    /** To refuse it must not free again what is free: the origin would count one sibling too few. */
    @ParameterizedTest
    @MethodSource("engines")
    void aClosedBackendHasNoSibling(Engine engine) {
        try (Backend origin = open(engine)) {
            Backend closed = origin.sibling(1);
            closed.close();
            String message = assertThrows(IllegalStateException.class, () -> closed.sibling(1))
                    .getMessage();
            assertEquals(engine + ": a sibling was asked of a closed backend", message);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aSiblingOfNoThreadIsRefused(Engine engine) {
        try (Backend backend = open(engine)) {
            String message = assertThrows(IllegalArgumentException.class, () -> backend.sibling(0))
                    .getMessage();
            assertEquals(engine + ": expected 1 thread or more, got 0", message);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aSiblingWritesNothingThatIsNotItsOwn(Engine engine) {
        try (Backend backend = open(engine);
                Scope scope = backend.scope();
                Backend sibling = backend.sibling(1);
                Scope own = sibling.scope()) {
            Tensor x = scope.filled(Shape.of(2, 2), 1);
            backend.finish();
            Tensor a = own.filled(Shape.of(2, 2), 1);
            assertThrows(IllegalArgumentException.class, () -> sibling.fill(x, 2));
            assertThrows(IllegalArgumentException.class, () -> sibling.upload(new float[4], x));
            assertThrows(IllegalArgumentException.class, () -> sibling.copy(a, x));
            assertThrows(IllegalArgumentException.class, () -> sibling.gemm(SPEC, a, a, x));
            assertArrayEquals(new float[] {1, 1, 1, 1}, sibling.download(x));
        }
    }
}
