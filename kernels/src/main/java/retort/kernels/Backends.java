package retort.kernels;

import java.util.List;
import java.util.Optional;
import retort.kernels.opencl.OpenClBackend;
import retort.kernels.opencl.OpenClDevices;
import retort.kernels.scalar.ScalarBackend;
import retort.kernels.simd.SimdEngine;

/** Opens engines by name. */
public final class Backends {
    private Backends() {}

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
        return switch (engine) {
            case CPU_SCALAR -> new ScalarBackend();
            case CPU_SIMD -> SimdEngine.open(options.threads());
            case OPENCL -> OpenClBackend.open(options.device());
        };
    }

    /**
     * Opens an engine to find out where its time goes: each operation is waited for, and a device keeps its own times too.
     *
     * @throws BackendUnavailableException if it can't run here; nothing takes its place
     */
    public static ProfiledBackend openProfiled(Engine engine, Options options) {
        return new ProfiledBackend(
                switch (engine) {
                    case CPU_SCALAR, CPU_SIMD -> open(engine, options);
                    case OPENCL -> OpenClBackend.open(options.device(), true);
                });
    }

    /** Everything that an engine needs here, met or not. Cheap: no device is opened. */
    public static List<Requirement> requirements(Engine engine) {
        return switch (engine) {
            case CPU_SCALAR -> List.of();
            case CPU_SIMD -> SimdEngine.requirements();
            case OPENCL -> OpenClDevices.requirements();
        };
    }

    /** Why an engine can't be opened here, or nothing. Cheap: no device is opened. */
    public static Optional<BackendUnavailableException> unavailable(Engine engine) {
        return switch (engine) {
            case CPU_SCALAR -> Optional.empty();
            case CPU_SIMD -> SimdEngine.unavailable();
            case OPENCL -> OpenClBackend.unavailable();
        };
    }
}
