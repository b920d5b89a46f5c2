package retort.driver.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import retort.driver.cli.Bytes;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Version;
import retort.kernels.Backend;
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
        description = "Lists the engines and what each would run on here, then every OpenCL platform and device.")
final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        for (Engine engine : Engine.values()) {
            out.println(describe(engine));
        }
        for (String platform : Backends.platforms(Engine.OPENCL)) {
            out.println();
            out.println("OpenCL platform " + platform);
            List<Device> devices = Backends.devices(Engine.OPENCL).stream()
                    .filter(device -> device.platform().equals(platform))
                    .toList();
            if (devices.isEmpty()) {
                out.println("  no device");
            }
            devices.forEach(device -> describe(device, out));
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static String describe(Engine engine) {
        Optional<BackendUnavailableException> reason = Backends.unavailable(engine);
        if (reason.isPresent()) {
            return reason.get().getMessage();
        }
        if (engine == Engine.OPENCL) {
            return engine + ": " + Backends.device(Engine.OPENCL, null).name() + ", or what --device names";
        }
        try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
            int threads = backend.threads();
            return engine + ": " + backend.device() + ", " + threads + (threads == 1 ? " thread" : " threads");
        }
    }

    private static void describe(Device device, PrintWriter out) {
        out.printf(Locale.ROOT, "  --device=%d  %s%n", device.index(), device.name());
        out.printf(
                Locale.ROOT,
                "    type        %s, %d compute units, registers of %d floats%n",
                device.type(),
                device.computeUnits(),
                device.vectorWidth());
        out.printf(Locale.ROOT, "    driver      %s%n", device.version());
        out.printf(
                Locale.ROOT,
                "    memory      %s, %s in a buffer at most, %s local%n",
                Bytes.of(device.globalMemoryBytes()),
                Bytes.of(device.largestAllocationBytes()),
                Bytes.of(device.localMemoryBytes()));
        out.printf(Locale.ROOT, "    work-group  %,d work-items at most%n", device.largestWorkGroup());
        out.printf(Locale.ROOT, "    parameters  %s%n", device.parameters());
    }
}
