package retort.driver.command;

import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** The engines of a command that compares them. */
final class SeveralEngines extends EngineOptions {
    @Option(
            names = "--backend",
            paramLabel = "ENGINE",
            split = ",",
            converter = Converters.EngineConverter.class,
            description =
                    "cpu-simd, opencl, cpu-scalar or several of them: models are trained on the first, latency is measured on"
                            + " each (default: cpu-simd, and latency on all that are here).")
    private List<Engine> asked;

    @Override
    List<Engine> engines() {
        if (asked != null) {
            return asked.stream().distinct().toList();
        }
        return Stream.concat(
                        Stream.of(Engine.CPU_SIMD),
                        Stream.of(Engine.values())
                                .filter(engine -> Backends.unavailable(engine).isEmpty()))
                .distinct()
                .toList();
    }
}
