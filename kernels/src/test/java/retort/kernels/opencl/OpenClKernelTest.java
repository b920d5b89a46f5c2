package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** All families of kernels on whatever device there is: the shared kernel tests run only the one that suits it. */
class OpenClKernelTest {
    @Test
    void kernelsForProcessorCoresAreRightAtTheirEdges() {
        run("cpu.properties");
    }

    @Test
    void kernelsForNarrowProcessorCoresAreRightAtTheirEdges() {
        run("cpu-narrow.properties");
    }

    @Test
    void kernelsForWorkItemsInStepAreRightAtTheirEdges() {
        run("gpu.properties");
    }

    private static void run(String file) {
        OpenClDevices.Found found = OpenClTestDevice.find();
        ClParameters parameters = ClParameters.ofClass(file).fitted(found.device());
        try (OpenClBackend backend = OpenClBackend.open(found, parameters)) {
            assertEquals(List.of(), OpenClEdges.failures(backend));
        }
    }
}
