package retort.bench.command;

import java.lang.management.ManagementFactory;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.bench.report.BenchReport;
import retort.driver.cli.Machine;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Device;
import retort.kernels.Engine;

/** What the numbers were measured on. */
final class Surroundings {
    private Surroundings() {}

    static BenchReport.Environment describe(List<Engine> engines, boolean quick) {
        Map<String, String> devices = new LinkedHashMap<>();
        for (Engine engine : engines) {
            try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
                devices.put(engine.id(), backend.device());
            }
        }
        Machine machine = Machine.here();
        return new BenchReport.Environment(
                machine.cpu(),
                machine.features(),
                Runtime.getRuntime().availableProcessors(),
                devices,
                elsewhere(engines),
                Runtime.version() + ", " + System.getProperty("java.vm.name"),
                flags(),
                machine.os(),
                machine.commit(),
                OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                quick,
                Machine.parameters(engines, null));
    }

    /** Engines whose device is no processor of this machine. */
    private static List<String> elsewhere(List<Engine> engines) {
        return engines.stream()
                .filter(engine ->
                        engine == Engine.OPENCL && Backends.device(engine, null).type() != Device.Type.CPU)
                .map(Engine::id)
                .toList();
    }

    /** The flags that the timed JVMs inherit; properties are no flags. */
    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-D") && !argument.startsWith("-Xmx"))
                .toList();
    }
}
