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
    public static Optional<BackendUnavailableException> unavailable() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return lacks("the JVM runs without the Vector API", "start it with --add-modules jdk.incubator.vector");
        }
        if (!compilesVectors()) {
            return lacks(
                    "this JVM does not compile vector code, which would run 100 times slower",
                    "use HotSpot with its C2 compiler on");
        }
        if (System.getProperty("os.arch").equals("amd64") && !"true".equals(flag("UseFMA"))) {
            return lacks("this CPU has no fused multiply-add, which would be done in software", "use another engine");
        }
        return Optional.empty();
    }

    /** Only C2 knows the Vector API: it must be there, and tiered compilation must reach it. */
    private static boolean compilesVectors() {
        boolean interpreted = System.getProperty("java.vm.info", "").contains("interpreted mode");
        return !interpreted && flag("MaxVectorSize") != null && "4".equals(flag("TieredStopAtLevel"));
    }

    /** The value of a HotSpot flag, or null if this JVM has none of that name. */
    private static String flag(String name) {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return vm == null ? null : vm.getVMOption(name).getValue();
        } catch (IllegalArgumentException absent) {
            return null;
        }
    }

    private static Optional<BackendUnavailableException> lacks(String reason, String remedy) {
        return Optional.of(new BackendUnavailableException(Engine.CPU_SIMD, reason, remedy));
    }

    /**
     * @param threads that compute, at least 1
     * @throws BackendUnavailableException if {@link #unavailable} has a reason
     */
    public static Backend open(int threads) {
        unavailable().ifPresent(reason -> {
            throw reason;
        });
        return new SimdBackend(threads);
    }
}
