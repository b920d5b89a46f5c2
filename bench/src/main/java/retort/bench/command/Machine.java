package retort.bench.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import retort.bench.report.BenchReport;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** What the numbers were measured on. */
final class Machine {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    static BenchReport.Environment describe(List<Engine> engines, boolean quick) {
        Map<String, String> devices = new LinkedHashMap<>();
        for (Engine engine : engines) {
            try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
                devices.put(engine.id(), backend.device());
            }
        }
        return new BenchReport.Environment(
                cpu(),
                Runtime.getRuntime().availableProcessors(),
                devices,
                Runtime.version() + ", " + System.getProperty("java.vm.name"),
                flags(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("retort.commit", "unknown"),
                OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                quick);
    }

    /** The flags that the timed JVMs inherit; properties are no flags. */
    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-D") && !argument.startsWith("-Xmx"))
                .toList();
    }

    private static String cpu() {
        if (!Files.isReadable(CPU_INFO)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            throw new UncheckedIOException(CPU_INFO + ": can't be read", e);
        }
    }
}
