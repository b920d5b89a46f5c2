package retort.driver.command;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.Converters;
import retort.driver.cli.Machine;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.ProfiledBackend;

/** What a command runs on. */
abstract sealed class EngineOptions permits OneEngine, SeveralEngines {
    @Option(names = "--device", paramLabel = "N|NAME", description = "OpenCL device, by number or part of its name.")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Threads of the CPU engines (default: all processors).")
    private Integer threads;

    /** The engines that the command uses, the one that it trains or predicts with first. */
    abstract List<Engine> engines();

    /**
     * Holds the options against each other.
     *
     * @throws ParameterException if one of them would do nothing
     */
    final void check(CommandSpec command) {
        if (device != null && !engines().contains(Engine.OPENCL)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--device=" + device + " names an OpenCL device, but none is used: --backend is " + engines());
        }
    }

    final Backend open() {
        return open(engines().getFirst());
    }

    final Backend open(Engine engine) {
        return Backends.open(engine, options());
    }

    final ProfiledBackend openProfiled() {
        return Backends.openProfiled(engines().getFirst(), options());
    }

    /** Where the kernels' parameters come from, by engine. */
    final Map<String, String> parameters() {
        return Machine.parameters(engines(), device);
    }

    private Backends.Options options() {
        int all = Runtime.getRuntime().availableProcessors();
        return new Backends.Options(threads == null ? all : threads, device);
    }
}
