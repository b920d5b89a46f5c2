package retort.kernels.engine;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private static final int FEATURES = 26 * 26 * 32;

    private final HostMemory memory = new HostMemory();

    @Test
    void keepsTheActivationsOfAThousandImages() {
        float[] activations = memory.take(1000 * FEATURES);
        memory.give(activations);
        assertSame(activations, memory.take(1000 * FEATURES));
        assertNotSame(activations, memory.take(1000 * FEATURES));
    }

    @Test
    void leavesTheWeightsOfALargeLayerToTheGarbageCollector() {
        float[] weights = memory.take(FEATURES * 1200);
        memory.give(weights);
        assertNotSame(weights, memory.take(FEATURES * 1200));
    }
}
