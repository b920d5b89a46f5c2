package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Spec;

/**
 * Calls of cpu-simd allocate nothing once they are compiled. Where HotSpot leaves a method out of a kernel each vector
 * is an object, and the kernel tens of times as slow: what the kernels look like depends on the shapes, and what
 * HotSpot has seen before on their order, so all of them run on one backend, gradients before what they are of.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllocationTest {
    /** A round of so many calls is held against so many bytes a call: a mask or two are left at times. */
    private static final int CALLS = 500;

    private static final int MOST_BYTES = 100;
    private static final int ROUNDS = 60;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Backend backend =
            Backends.open(Engine.CPU_SIMD, Backends.Options.defaults().withThreads(1));

    @AfterAll
    void close() {
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-pool2d-dx:n4h14w14c64:k2x2:s2p0",
                "max-pool2d-dx:n1h24w24c6:k3x3:s2p1",
                "average-pool2d-dx:n1h7w7c33:k7x7:s7p0",
                "average-pool2d-dx:n4h14w14c64:k2x2:s2p0",
                "max-pool2d:n1h14w14c64:k2x2:s2p0",
                "average-pool2d:n1h14w14c64:k2x2:s2p0",
                "max-pool2d:n1h24w24c6:k3x3:s2p1",
                "depthwise-conv2d-df:n1h7w14c33:k5x5:s1p2",
                "depthwise-conv2d-dx:n1h14w14c32:k5x5:s2p2",
                "depthwise-conv2d-dx:n1h14w14c33:k7x7:s1p3",
                "depthwise-conv2d:n1h14w14c32:k3x3:s1p1+bias+relu",
                "depthwise-conv2d:n1h14w14c33:k5x5:s1p2",
                "depthwise-conv2d:n1h14w14c32:k7x7:s1p3",
                "depthwise-conv2d:n1h7w14c32:k31x31:s1p15",
                "conv2d-df:n1h14w14c1:k5x5o6:s1p2",
                "conv2d-dx:n1h14w14c6:k5x5o16:s1p0",
                "conv2d:n1h14w14c1:k5x5o6:s1p2+bias+relu",
                "conv2d:n1h14w14c1:k5x5o3:s1p2",
                "conv2d:n1h14w14c6:k5x5o16:s1p0",
                "conv2d:n1h14w14c3:k11x11o8:s4p2",
                "conv2d:n1h14w14c30:k1x1o30:s2p0"
            })
    void aCallAllocatesNothing(String id) {
        try (Scope scope = backend.scope()) {
            KernelCheck check = KernelCheck.random(Spec.parse(id), 1);
            Call call = check.call(check.tensors(scope));
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least >= MOST_BYTES; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    backend.run(call);
                }
                least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / CALLS);
            }
            assertTrue(least < MOST_BYTES, id + " allocates " + least + " bytes a call");
        }
    }
}
