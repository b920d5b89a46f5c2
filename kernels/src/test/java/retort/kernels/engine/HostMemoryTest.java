package retort.kernels.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;

class HostMemoryTest {
    private static final int FEATURES = 26 * 26 * 32;
    private static final long MOST_KEPT = 100_000_000;

    private final HostMemory memory = new HostMemory(MOST_KEPT);

    @Test
    void keepsTheActivationsOfAThousandImages() {
        float[] activations = memory.take(1000 * FEATURES);
        memory.give(activations);
        assertEquals(1000 * FEATURES, memory.kept());
        assertSame(activations, memory.take(1000 * FEATURES));
        assertEquals(0, memory.kept());
        assertNotSame(activations, memory.take(1000 * FEATURES));
    }

    @Test
    void leavesTheWeightsOfALargeLayerToTheGarbageCollector() {
        float[] weights = memory.take(FEATURES * 1200);
        memory.give(weights);
        assertNotSame(weights, memory.take(FEATURES * 1200));
    }

    @Test
    void whatIsKeptMakesRoomWhereTheHeapIsFull() {
        memory.give(memory.take(1000));
        try (FailingHeap heap = FailingHeap.onceAt(1)) {
            assertEquals(2000, memory.take(2000).length);
            assertEquals(2, heap.arrays());
        }
        assertEquals(0, memory.kept());
        assertEquals(2000, memory.lent());
        try (FailingHeap heap = FailingHeap.onceAt(1)) {
            assertThrows(OutOfMemoryError.class, () -> memory.take(3000));
            assertEquals(1, heap.arrays(), "asked again though nothing was kept");
        }
        assertEquals(2000, memory.lent());
    }

    /** Nine of 80 MB and one that is lent, in a heap of 768 MiB. */
    @Test
    void nineLargeSizesDoNotFillTheHeap() {
        HostMemory small = new HostMemory((768L << 20) / 4 / Float.BYTES);
        float[] lent = small.take(20_000_000);
        for (int length = 20_000_001; length <= 20_000_009; length++) {
            small.give(small.take(length));
            assertTrue(small.kept() * Float.BYTES <= 192L << 20, () -> small.kept() + " elements are kept");
        }
        assertEquals(lent.length, small.lent());
    }

    /** Six that keep a quarter of the heap each would fill it. */
    @Test
    void whatIdleBackendsKeepMakesRoomForTheRestOfTheProgram() {
        int quarter = (int) (Runtime.getRuntime().maxMemory() / 4 / Float.BYTES);
        int length = Math.min(quarter / 4, 20_000_000);
        List<HostMemory> idle =
                Stream.generate(() -> new HostMemory(quarter)).limit(6).toList();
        for (HostMemory each : idle) {
            float[][] arrays = new float[quarter / length][];
            Arrays.setAll(arrays, i -> each.take(length));
            Arrays.stream(arrays).forEach(each::give);
        }
        assertEquals(2 * quarter, new float[2 * quarter].length);
        assertTrue(idle.stream().anyMatch(each -> each.kept() == 0));
    }

    @Test
    void siblingsKeepNoMoreThanOneBackend() {
        Backend backend =
                Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults().withThreads(1));
        Backend sibling = backend.sibling(1);
        try (Scope scope = sibling.scope()) {
            scope.tensor(1000);
            assertEquals(1000, FailingHeap.lent(backend));
        }
        assertEquals(1000, FailingHeap.kept(backend));
        sibling.close();
        try (Scope scope = backend.scope();
                FailingHeap heap = FailingHeap.counting()) {
            scope.tensor(1000);
            assertEquals(0, heap.arrays(), "the sibling's array is not used");
        }
        backend.close();
        assertEquals(0, FailingHeap.kept(backend));
    }

    @Test
    void everNewLengthsStayWithinTheBound() {
        for (int length = 1_000_000; length < 1_000_200; length++) {
            memory.give(memory.take(length));
            assertTrue(memory.kept() <= MOST_KEPT, () -> memory.kept() + " elements are kept");
        }
    }
}
