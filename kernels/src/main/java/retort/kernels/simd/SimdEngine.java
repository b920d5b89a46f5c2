package retort.kernels.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Engine;

/**
 * The way in to cpu-simd. Nothing here touches the Vector API: a class that does can't even be loaded where the module is
 * missing, so what the engine needs is checked first.
 */
public final class SimdEngine {
    private SimdEngine() {}

    /** Why this JVM can't run the engine and what to do about it, or nothing. */
    public static Optional<String> unavailable() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional.of("the JVM runs without the Vector API; start it with --add-modules jdk.incubator.vector");
        }
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (vm == null || !isOn(vm, "EnableVectorSupport")) {
            return Optional.of("this JVM does not compile vector code (it would run 100 times slower); use HotSpot with its C2"
                    + " compiler on");
        }
        if (System.getProperty("os.arch").equals("amd64") && !isOn(vm, "UseFMA")) {
            return Optional.of("this CPU has no fused multiply-add, which would be done in software; use another engine");
        }
        return Optional.empty();
    }

    private static boolean isOn(HotSpotDiagnosticMXBean vm, String flag) {
        try {
            return vm.getVMOption(flag).getValue().equals("true");
        } catch (IllegalArgumentException absent) {
            return false;
        }
    }

    /**
     * @param threads that compute, at least 1
     * @throws BackendUnavailableException if {@link #unavailable} has a reason
     */
    public static Backend open(int threads) {
        unavailable().ifPresent(reason -> {
            String[] parts = reason.split("; ", 2);
            throw new BackendUnavailableException(Engine.CPU_SIMD, parts[0], parts[1]);
        });
        return new SimdBackend(threads);
    }
}
