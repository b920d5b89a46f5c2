package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.op.Shape;

class ResidentInputsTest {
    private static final ResidentInputs.Source NUMBERED = (from, count, to) -> {
        for (int e = 0; e < to.length; e++) {
            to[e] = from * 3 + e;
        }
    };

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void rowsOfAnyRankAreGathered(Subject subject) {
        Backend backend = subject.backend();
        try (ResidentInputs inputs = ResidentInputs.of(backend, 5 * 3 * 4, Shape.of(3), 5, NUMBERED)
                        .orElseThrow();
                Scope scope = backend.scope()) {
            var x = scope.tensor(2, 3);
            inputs.gather(scope.tensorOf(Shape.of(2), new float[] {4, 1}), scope.filled(Shape.of(2, 2), 0), x);
            assertArrayEquals(new float[] {12, 13, 14, 3, 4, 5}, backend.download(x));
        }
    }

    /** More than are uploaded at once. */
    @ParameterizedTest
    @MethodSource("engines")
    void manyInputsComeInOrder(Subject subject) {
        Backend backend = subject.backend();
        int count = 900_000;
        try (ResidentInputs inputs = ResidentInputs.of(backend, Long.MAX_VALUE, Shape.of(3), count, NUMBERED)
                        .orElseThrow();
                Scope scope = backend.scope()) {
            var x = scope.tensor(2, 3);
            float[] last = {count - 1, 349_526};
            inputs.gather(scope.tensorOf(Shape.of(2), last), scope.filled(Shape.of(2, 2), 0), x);
            float first = 3 * (count - 1);
            float second = 3 * 349_526;
            assertArrayEquals(
                    new float[] {first, first + 1, first + 2, second, second + 1, second + 2}, backend.download(x));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatHasNoRoomDoesNotStay(Subject subject) {
        Backend backend = subject.backend();
        assertTrue(ResidentInputs.of(backend, 5 * 3 * 4 - 1, Shape.of(3), 5, NUMBERED)
                .isEmpty());
        assertTrue(ResidentInputs.of(backend, Long.MAX_VALUE, Shape.of(1), (1 << 24) + 1, NUMBERED)
                .isEmpty());
        assertTrue(ResidentInputs.of(backend, Long.MAX_VALUE, Shape.of(1 << 11), 1 << 20, NUMBERED)
                .isEmpty());
        assertEquals(backend.engine() == Engine.OPENCL, backend.residentBytes() > 0);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatCannotBeReadTakesNoMemory(Subject subject) {
        List<Scope> opened = new ArrayList<>();
        Backend watched = (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, args) -> {
                    Object result = method.invoke(subject.backend(), args);
                    if (result instanceof Scope scope) {
                        opened.add(scope);
                    }
                    return result;
                });
        assertThrows(
                IllegalStateException.class,
                () -> ResidentInputs.of(watched, Long.MAX_VALUE, Shape.of(4), 100, (from, count, to) -> {
                    throw new IllegalStateException("cut short");
                }));
        assertEquals(1, opened.size());
        assertTrue(opened.getFirst().isClosed());
    }

    /** 8 GB, which no buffer of the drivers that tests run on may have. */
    @ParameterizedTest
    @MethodSource("engines")
    void whatTheDeviceRefusesDoesNotStay(Subject subject) {
        Backend backend = subject.backend();
        if (backend.engine() == Engine.OPENCL) {
            assertTrue(ResidentInputs.of(backend, Long.MAX_VALUE, Shape.of(1 << 20), 2000, NUMBERED)
                    .isEmpty());
        }
    }
}
