package retort.kernels.opencl;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Device;
import retort.kernels.Engine;
import retort.kernels.EngineProvider;
import retort.kernels.Requirement;
import retort.kernels.Tuning;

/**
 * The way in to opencl. Nothing here touches Aparapi's classes before it is known that they are there: who embeds the
 * library may leave them out.
 */
public final class OpenClEngine implements EngineProvider {
    private static final String APARAPI = "com.aparapi.device.OpenCLDevice";

    @Override
    public Engine engine() {
        return Engine.OPENCL;
    }

    @Override
    public List<Requirement> requirements() {
        return lacking().map(List::of).orElseGet(OpenClDevices::requirements);
    }

    /** What there must be before devices can be looked for. */
    private static Optional<Requirement> lacking() {
        if (!hasAparapi()) {
            return Optional.of(new Requirement(
                    "Aparapi",
                    "Aparapi is not there",
                    "add the dependency com.aparapi:aparapi:3.0.2 and, on the module path, --add-modules aparapi"));
        }
        Module module = OpenClEngine.class.getModule();
        return hasNativeAccess()
                ? Optional.empty()
                : Optional.of(new Requirement(
                        "native access",
                        "this JVM forbids native access",
                        "start it with --enable-native-access="
                                + (module.isNamed() ? module.getName() + ",aparapi" : "ALL-UNNAMED")));
    }

    /** Asked by a call that needs it and does nothing. */
    @SuppressWarnings("restricted")
    private static boolean hasNativeAccess() {
        try {
            MemorySegment.NULL.reinterpret(0);
            return true;
        } catch (IllegalCallerException e) {
            return false;
        }
    }

    private static boolean hasAparapi() {
        try {
            Class.forName(APARAPI, false, OpenClEngine.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    private void checkAvailable() {
        unavailable().ifPresent(reason -> {
            throw reason;
        });
    }

    @Override
    public Backend open(Backends.Options options, boolean profiled) {
        checkAvailable();
        return OpenClBackend.open(options.device(), profiled);
    }

    @Override
    public List<Device> devices() {
        return lacking().isEmpty() ? OpenClDevices.list() : List.of();
    }

    @Override
    public Device device(String option) {
        checkAvailable();
        return OpenClDevices.select(option);
    }

    @Override
    public List<String> platforms() {
        return lacking().isEmpty() ? OpenClDevices.platforms() : List.of();
    }

    @Override
    public Optional<String> parameters(String device) {
        return Optional.of(device(device).parameters());
    }

    @Override
    public Tuning tune(String device, Duration limit, Consumer<String> progress) {
        checkAvailable();
        return OpenClTuner.of(device).tune(limit, progress);
    }
}
