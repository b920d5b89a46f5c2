package retort.driver.command;

import java.util.List;
import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.kernels.Engine;

/** The engine of a command that needs no other. */
final class OneEngine extends EngineOptions {
    @Option(
            names = "--backend",
            paramLabel = "ENGINE",
            converter = Converters.EngineConverter.class,
            defaultValue = "cpu-simd",
            description = "cpu-simd, opencl or cpu-scalar (default: ${DEFAULT-VALUE}).")
    private Engine engine;

    @Override
    List<Engine> engines() {
        return List.of(engine);
    }
}
