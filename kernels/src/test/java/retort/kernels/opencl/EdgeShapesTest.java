package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Both families of kernels on whatever device there is: the shared kernel tests run only the one that suits it. */
class EdgeShapesTest {
    @Test
    void kernelsForProcessorCoresEqualTheReference() {
        run(OpenClDevice.Type.CPU);
    }

    @Test
    void kernelsForWorkItemsInStepEqualTheReference() {
        run(OpenClDevice.Type.GPU);
    }

    private static void run(OpenClDevice.Type type) {
        OpenClDevices.Found found = OpenClTestDevice.find();
        ClParameters parameters = ClParameters.of(type).fitted(found.device());
        try (OpenClBackend backend = OpenClBackend.open(found, parameters)) {
            assertEquals(List.of(), new EdgeShapes(backend).run());
        }
    }
}
