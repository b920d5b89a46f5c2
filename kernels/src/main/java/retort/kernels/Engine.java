package retort.kernels;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The engines there are, by the names that the command line uses. */
public enum Engine {
    /** The plain definition of every operation, in double precision, on one thread. */
    CPU_SCALAR("cpu-scalar"),
    /** Register-blocked kernels on the JDK's Vector API, on all cores. */
    CPU_SIMD("cpu-simd"),
    /** OpenCL C kernels on any OpenCL device. */
    OPENCL("opencl");

    private final String id;

    Engine(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    public static Optional<Engine> byId(String id) {
        return Arrays.stream(values()).filter(engine -> engine.id.equals(id)).findFirst();
    }

    /** All ids, for messages: {@code cpu-scalar, cpu-simd, opencl}. */
    public static String ids() {
        return Arrays.stream(values()).map(Engine::id).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return id;
    }
}
