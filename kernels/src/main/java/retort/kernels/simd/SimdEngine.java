package retort.kernels.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EngineProvider;
import retort.kernels.Probe;
import retort.kernels.Requirement;
import retort.kernels.Tuning;

/**
 * The way in to cpu-simd. Nothing here touches the Vector API: a class that does can't even be loaded where the module
 * is missing, so what the engine needs is checked first.
 */
public final class SimdEngine implements EngineProvider {
    /** For the tuner: its rounds are over sooner on most machines. */
    private static final Duration TUNING_LIMIT = Duration.ofSeconds(110);

    /** Of a vector: four lanes, as many as the random numbers of dropout have words. */
    private static final int LEAST_BITS = 128;

    @Override
    public Engine engine() {
        return Engine.CPU_SIMD;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(vectorModule(), vectorCompiler(), fusedMultiplyAdd());
    }

    private static Requirement vectorModule() {
        String name = "Vector API";
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                ? Requirement.met(name, "the JVM runs with jdk.incubator.vector")
                : new Requirement(
                        name,
                        "the JVM runs without the Vector API",
                        "start it with --add-modules jdk.incubator.vector");
    }

    private static Requirement vectorCompiler() {
        String name = "C2";
        if (!compilesVectors()) {
            return new Requirement(
                    name,
                    "this JVM does not compile vector code, which would run 100 times slower",
                    "use HotSpot with its C2 compiler on");
        }
        int bits = Integer.parseInt(flag("MaxVectorSize")) * Byte.SIZE;
        return bits >= LEAST_BITS
                ? Requirement.met(name, "on, with vectors of up to " + bits / Byte.SIZE + " bytes")
                : new Requirement(
                        name,
                        "this JVM compiles vectors of at most " + bits + " bits, the kernels need " + LEAST_BITS,
                        "leave out -XX:MaxVectorSize, or use another engine");
    }

    private static Requirement fusedMultiplyAdd() {
        String name = "FMA";
        return !System.getProperty("os.arch").equals("amd64") || "true".equals(flag("UseFMA"))
                ? Requirement.met(name, "this CPU has fused multiply-add")
                : new Requirement(
                        name,
                        "this CPU has no fused multiply-add, which would be done in software",
                        "use another engine");
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

    private void checkAvailable() {
        unavailable().ifPresent(reason -> {
            throw reason;
        });
    }

    @Override
    public Backend open(Backends.Options options, boolean profiled) {
        checkAvailable();
        return new SimdBackend(options.threads(), SimdParameters.here());
    }

    @Override
    public Optional<Probe> probe() {
        return Optional.of(new SimdProbe());
    }

    @Override
    public Optional<String> parameters(String device) {
        checkAvailable();
        return Optional.of(SimdParameters.here().origin());
    }

    @Override
    public Tuning tune(String device, Duration limit, Consumer<String> progress) {
        if (device != null) {
            throw new BackendUnavailableException(engine(), "it has no devices to choose from", "leave --device out");
        }
        checkAvailable();
        return SimdTuner.here().tune(limit == null ? TUNING_LIMIT : limit, progress);
    }
}
