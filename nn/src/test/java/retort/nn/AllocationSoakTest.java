package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Soak;
import retort.kernels.engine.FailingHeap;
import retort.kernels.op.CrossEntropySpec.Targets;

/** The heap is full at each array in turn that a new model and its first training steps ask for. */
class AllocationSoakTest {
    private static final Architecture NETWORK = Architecture.parse(
            "input 28x28x1; conv2d 4 3x3 stride 2 padding 0; relu; conv2d 6 2x2; relu; flatten; dense 40; relu; "
                    + "dropout 0.5; dense 10");
    private static final int BATCH = 12;
    private static final int STEPS = 2;

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"CPU_SIMD", "CPU_SCALAR"})
    void aFullHeapIsToldAndLeavesABackendThatWorks(Engine engine) {
        int arrays;
        List<float[]> expected;
        try (FailingHeap heap = FailingHeap.counting();
                Backend backend = open(engine)) {
            expected = trained(backend);
            arrays = heap.arrays();
        }
        int told = 0;
        for (int number = 1; number <= arrays; number++) {
            try (Backend backend = open(engine)) {
                try (FailingHeap heap = FailingHeap.at(number)) {
                    assertEqual(expected, trained(backend), engine, number);
                    assertTrue(heap.arrays() > number, "the heap was not full");
                } catch (BackendException e) {
                    told++;
                    assertTrue(e.getMessage().startsWith(engine + ": no memory for "), e.getMessage());
                }
                assertEquals(0, FailingHeap.lent(backend), "elements not given back at array " + number);
                assertEqual(expected, trained(backend), engine, number);
                assertEquals(0, FailingHeap.lent(backend));
            }
        }
        assertTrue(told > arrays / 2, told + " of " + arrays);
        Soak.kept(
                7,
                "arrays of a model's first " + STEPS + " steps for which the heap had no room, each in turn, " + engine,
                arrays,
                told + " told in one line; every tensor given back, then the same weights");
    }

    private static Backend open(Engine engine) {
        return Backends.open(engine, Backends.Options.defaults().withThreads(1));
    }

    private static void assertEqual(List<float[]> expected, List<float[]> actual, Engine engine, int number) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), engine + ", full at array " + number);
        }
    }

    /** The parameters of a new model after some steps. */
    private static List<float[]> trained(Backend backend) {
        DigitLikeImages images = new DigitLikeImages(3);
        try (Sequential model = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 5);
                Optimizer adam = new Adam(backend, Schedule.constant(1e-3f));
                Scope scope = backend.scope()) {
            Trainer trainer = new Trainer(model, adam, new Loss.CrossEntropy(1, Targets.HARD), 2, 7);
            for (int step = 0; step < STEPS; step++) {
                DigitLikeImages.Batch batch = images.next(BATCH);
                trainer.step(batch.images(), batch.labels(), BATCH, scope.tensor(BATCH, 2));
            }
            List<float[]> parameters = new ArrayList<>();
            for (Parameter parameter : model.parameters()) {
                parameters.add(backend.download(parameter.value()));
            }
            return parameters;
        }
    }
}
