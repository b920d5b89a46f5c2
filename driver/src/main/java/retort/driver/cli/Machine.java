package retort.driver.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Processor;

/**
 * What numbers were measured on.
 *
 * @param features instruction sets, and the longest vectors that the JVM makes of them
 * @param commit of this program
 */
public record Machine(String cpu, List<String> features, String os, String commit) {
    public static Machine here() {
        Processor processor = Processor.here();
        List<String> features = new ArrayList<>(processor.features());
        features.addAll(vectors());
        return new Machine(
                processor.name(),
                features,
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("retort.commit", "unknown"));
    }

    /** Nothing where the JVM's compiler makes no vectors, and says nothing of them. */
    private static List<String> vectors() {
        try {
            String bytes = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption("MaxVectorSize")
                    .getValue();
            return List.of(Byte.SIZE * Integer.parseInt(bytes) + "-bit vectors");
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /**
     * Where the kernels' parameters come from, by engine: a user's file makes other kernels than those inside.
     *
     * @param device that --device names, or null
     */
    public static Map<String, String> parameters(List<Engine> engines, String device) {
        Map<String, String> parameters = new TreeMap<>();
        for (Engine engine : engines) {
            Backends.parameters(engine, device).ifPresent(from -> parameters.put(engine.id(), from));
        }
        return parameters;
    }
}
