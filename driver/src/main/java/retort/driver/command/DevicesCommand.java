package retort.driver.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.driver.cli.Bytes;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Json;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.Version;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Device;
import retort.kernels.Engine;

/** Lists what there is to run on. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Lists the engines and what each would run on here, then every OpenCL platform and device.",
        footer = {
            "",
            "JSON: engines[] {engine, and device, threads, parameters or reason};",
            "platforms[] {platform, devices[] {index, name, platform, version, type,",
            "computeUnits, clockMegahertz, globalMemoryBytes, localMemoryBytes,",
            "largestAllocationBytes, largestWorkGroup, vectorWidth, family, parameters}}.",
            "",
            "Examples:",
            "  retort devices",
            "  retort devices --json"
        })
final class DevicesCommand implements Callable<Integer> {
    /**
     * What {@code --json} prints: an engine has a device, threads and where its kernels' parameters come from, or the
     * reason why it is not available.
     */
    private record Here(List<Present> engines, List<Platform> platforms) {}

    private record Present(String engine, String device, Integer threads, String parameters, String reason) {
        /** For people. */
        String text() {
            if (reason != null) {
                return reason;
            }
            String on = engine + ": " + device;
            String from = parameters == null ? "" : System.lineSeparator() + "    parameters  " + parameters;
            return threads == null
                    ? on + ", or what --device names"
                    : on + ", " + threads + (threads == 1 ? " thread" : " threads") + from;
        }
    }

    private record Platform(String platform, List<Device> devices) {}

    @Spec
    private CommandSpec spec;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print JSON instead of text; its keys are below.")
    private boolean json;

    @Override
    public Integer call() {
        Here here = new Here(
                Stream.of(Engine.values()).map(DevicesCommand::find).toList(),
                Backends.platforms(Engine.OPENCL).stream()
                        .map(DevicesCommand::find)
                        .toList());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(here));
        } else {
            print(here, out);
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static Present find(Engine engine) {
        Optional<BackendUnavailableException> reason = Backends.unavailable(engine);
        if (reason.isPresent()) {
            return new Present(engine.id(), null, null, null, reason.get().getMessage());
        }
        if (engine == Engine.OPENCL) {
            return new Present(engine.id(), Backends.device(Engine.OPENCL, null).name(), null, null, null);
        }
        try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
            String parameters = Backends.parameters(engine, null).orElse(null);
            return new Present(engine.id(), backend.device(), backend.threads(), parameters, null);
        } catch (BackendException unusable) {
            return new Present(engine.id(), null, null, null, unusable.getMessage());
        }
    }

    private static Platform find(String platform) {
        return new Platform(
                platform,
                Backends.devices(Engine.OPENCL).stream()
                        .filter(device -> device.platform().equals(platform))
                        .toList());
    }

    private static void print(Here here, PrintWriter out) {
        here.engines().forEach(engine -> out.println(engine.text()));
        for (Platform platform : here.platforms()) {
            out.println();
            out.println("OpenCL platform " + platform.platform());
            if (platform.devices().isEmpty()) {
                out.println("  no device");
            }
            platform.devices().forEach(device -> describe(device, out));
        }
    }

    /** For example {@code GPU, 68 compute units at 1,545 MHz}. */
    static String speed(Device device) {
        String units = device.type() + ", " + device.computeUnits() + " compute units";
        return device.clockMegahertz() == 0
                ? units
                : units + String.format(Locale.ROOT, " at %,d MHz", device.clockMegahertz());
    }

    private static void describe(Device device, PrintWriter out) {
        out.printf(Locale.ROOT, "  --device=%d  %s%n", device.index(), device.name());
        out.printf(Locale.ROOT, "    type        %s, registers of %d floats%n", speed(device), device.vectorWidth());
        out.printf(Locale.ROOT, "    driver      %s%n", device.version());
        out.printf(
                Locale.ROOT,
                "    memory      %s, %s in a buffer at most, %s local%n",
                Bytes.of(device.globalMemoryBytes()),
                Bytes.of(device.largestAllocationBytes()),
                Bytes.of(device.localMemoryBytes()));
        out.printf(Locale.ROOT, "    work-group  %,d work-items at most%n", device.largestWorkGroup());
        out.printf(Locale.ROOT, "    kernels     %s%n", device.family());
        out.printf(Locale.ROOT, "    parameters  %s%n", device.parameters());
    }
}
