package retort.driver.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Names;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Tuning;

/** Fits an engine's kernels to this processor or a device. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Finds the kernel parameters that are fastest here, and keeps them for all later runs.",
            "They are kept in ~/.retort/<engine>, in a file for this model of CPU and length of vectors, or for this device;"
                    + " deleting it brings back those inside. Results stay the same, to the bit on cpu-simd."
        },
        footer = {
            "",
            "It takes under two minutes on cpu-simd; the machine should have nothing else to do.",
            "",
            "Examples:",
            "  retort tune",
            "  retort tune --backend=opencl --device=0 --seconds=300"
        })
final class TuneCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @OptionGroup.Of(OptionGroup.ENGINE)
    @Option(
            names = "--backend",
            paramLabel = "ENGINE",
            completionCandidates = Names.Engines.class,
            defaultValue = "cpu-simd",
            description = "cpu-simd or opencl (default: ${DEFAULT-VALUE}).")
    private Engine engine;

    @OptionGroup.Of(OptionGroup.ENGINE)
    @Option(
            names = "--device",
            paramLabel = "N|NAME",
            description = "OpenCL device, by number or part of name (default: the best).")
    private String device;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "Try no more after this time, and keep the best so far (default: 110 on cpu-simd, else none).")
    private Integer seconds;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() {
        if (engine == Engine.CPU_SCALAR) {
            throw new ParameterException(spec.commandLine(), "--backend: cpu-scalar has no parameters to tune");
        }
        if (device != null && engine != Engine.OPENCL) {
            throw new ParameterException(
                    spec.commandLine(), "--device=" + device + " names an OpenCL device, but none is used");
        }
        PrintWriter err = spec.commandLine().getErr();
        Duration limit = seconds == null ? null : Duration.ofSeconds(seconds);
        Tuning result = Backends.tune(engine, device, limit, line -> {
            err.println(line);
            err.flush();
        });
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%d sets of parameters tried, %d refused; the best is %.2f times as fast as before%n  %s%n",
                result.tried(),
                result.refused(),
                result.speedup(),
                result.file());
        out.flush();
        return ExitCode.DONE;
    }
}
