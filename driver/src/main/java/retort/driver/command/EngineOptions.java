package retort.driver.command;

import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** Which engine works, and how. */
final class EngineOptions {
    @Option(
            names = "--backend",
            paramLabel = "ENGINE",
            split = ",",
            converter = EngineConverter.class,
            defaultValue = "cpu-simd",
            description =
                    "cpu-simd, opencl or cpu-scalar; commands that compare engines take several (default: ${DEFAULT-VALUE}).")
    private List<Engine> engines;

    @Option(names = "--device", paramLabel = "N|NAME", description = "OpenCL device, by number or part of its name.")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Threads of the CPU engines (default: all processors).")
    private Integer threads;

    /** The engines asked for, in order. */
    List<Engine> engines() {
        return engines;
    }

    Backends.Options options() {
        int all = Runtime.getRuntime().availableProcessors();
        return new Backends.Options(threads == null ? all : threads, device);
    }

    /** The first engine asked for. */
    Backend open() {
        return open(engines.getFirst());
    }

    Backend open(Engine engine) {
        return Backends.open(engine, options());
    }

    /** The engines asked for, then all others that can be opened here. */
    List<Engine> available() {
        return Stream.concat(
                        engines.stream(),
                        Stream.of(Engine.values())
                                .filter(engine -> Backends.unavailable(engine).isEmpty()))
                .distinct()
                .toList();
    }

    /** An engine by its name. */
    static final class EngineConverter implements ITypeConverter<Engine> {
        @Override
        public Engine convert(String id) {
            return Engine.byId(id)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + id + "' is no engine, expected one of " + Engine.ids()));
        }
    }
}
