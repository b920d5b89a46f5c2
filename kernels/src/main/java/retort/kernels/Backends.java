package retort.kernels;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** Opens engines by name. */
public final class Backends {
    private static final Map<Engine, EngineProvider> PROVIDERS = providers();

    private Backends() {}

    private static Map<Engine, EngineProvider> providers() {
        Map<Engine, EngineProvider> providers = new EnumMap<>(Engine.class);
        ServiceLoader.load(EngineProvider.class, Backends.class.getClassLoader())
                .forEach(provider -> providers.put(provider.engine(), provider));
        return providers;
    }

    /** How an engine is opened. */
    public record Options(int threads, String device) {
        /**
         * @param threads that compute on the CPU, at least 1
         * @param device for opencl, which one: its number, part of its name, or null for the best there is
         */
        public Options {
            if (threads < 1) {
                throw new IllegalArgumentException("threads must be at least 1, got " + threads);
            }
        }

        /** All processors that the JVM may use, the best device. */
        public static Options defaults() {
            return new Options(Runtime.getRuntime().availableProcessors(), null);
        }

        public Options withThreads(int other) {
            return new Options(other, device);
        }
    }

    /**
     * Opens an engine.
     *
     * @throws BackendUnavailableException if it can't run here; nothing takes its place
     */
    public static Backend open(Engine engine, Options options) {
        return provider(engine).open(options, false);
    }

    /**
     * Opens an engine to find out where its time goes: each operation is waited for, and a device keeps its own times
     * too.
     *
     * @throws BackendUnavailableException if it can't run here; nothing takes its place
     */
    public static ProfiledBackend openProfiled(Engine engine, Options options) {
        return new ProfiledBackend(provider(engine).open(options, true));
    }

    /** Everything that an engine needs here, met or not. Cheap: no device is opened. */
    public static List<Requirement> requirements(Engine engine) {
        return provider(engine).requirements();
    }

    /** Why an engine can't be opened here, or nothing. Cheap: no device is opened. */
    public static Optional<BackendUnavailableException> unavailable(Engine engine) {
        return provider(engine).unavailable();
    }

    /**
     * The devices that {@link Options#device} can name, in the order of their numbers; none for an engine on the CPU.
     */
    public static List<Device> devices(Engine engine) {
        return provider(engine).devices();
    }

    /**
     * The device that an option names.
     *
     * @param option its number, part of its name, or null for the best there is
     * @throws BackendUnavailableException if there is no such device
     */
    public static Device device(Engine engine, String option) {
        return provider(engine).device(option);
    }

    /** Names of an engine's drivers, those without a device too; of drivers that share a name, one. */
    public static List<String> platforms(Engine engine) {
        return provider(engine).platforms();
    }

    /** What shows the limits of this machine's cores; nothing on a JVM that compiles no vector code. */
    public static Optional<Probe> probe() {
        EngineProvider simd = provider(Engine.CPU_SIMD);
        return simd.unavailable().isPresent() ? Optional.empty() : simd.probe();
    }

    /**
     * Where an engine's kernel parameters come from, such as the files' names; nothing for an engine that has none.
     *
     * @param device as {@link Options#device}
     * @throws BackendUnavailableException if there is no such device
     * @throws BackendException if a file of parameters can't be used
     */
    public static Optional<String> parameters(Engine engine, String device) {
        return provider(engine).parameters(device);
    }

    /**
     * Finds the kernel parameters that are fastest on a device, and writes them where the engine reads them.
     *
     * @param device its number, part of its name, or null for the best there is
     * @param limit no more is tried after this time; null for none
     * @param progress is told of every set of parameters, one line each
     * @throws BackendUnavailableException if there is no such device
     * @throws UnsupportedOperationException if the engine has nothing to tune
     */
    public static Tuning tune(Engine engine, String device, Duration limit, Consumer<String> progress) {
        return provider(engine).tune(device, limit, progress);
    }

    private static EngineProvider provider(Engine engine) {
        EngineProvider provider = PROVIDERS.get(engine);
        if (provider == null) {
            throw new BackendUnavailableException(
                    engine,
                    "no provider of it was found",
                    "put the retort-kernels jar on the class or module path as it is");
        }
        return provider;
    }
}
