package retort.kernels.opencl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;

/**
 * The device that the engine's own tests run on; without one they are skipped, unless {@code retort.require} names
 * opencl.
 */
final class OpenClTestDevice {
    private OpenClTestDevice() {}

    static OpenClDevices.Found find() {
        var reason = OpenClDevices.unavailable();
        if (reason.isPresent()
                && Arrays.asList(System.getProperty("retort.require", "").split(","))
                        .contains("opencl")) {
            throw reason.get();
        }
        assumeTrue(reason.isEmpty(), () -> reason.get().getMessage());
        return OpenClDevices.find(null);
    }

    static OpenClBackend open() {
        OpenClDevices.Found found = find();
        return OpenClBackend.open(found, ClParameters.of(found.device()));
    }
}
