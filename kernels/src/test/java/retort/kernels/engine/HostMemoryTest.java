package retort.kernels.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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
    void everNewLengthsStayWithinTheBound() {
        for (int length = 1_000_000; length < 1_000_200; length++) {
            memory.give(memory.take(length));
            assertTrue(memory.kept() <= MOST_KEPT, () -> memory.kept() + " elements are kept");
        }
    }
}
