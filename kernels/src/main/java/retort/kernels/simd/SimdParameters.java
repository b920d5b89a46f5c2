package retort.kernels.simd;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.kernels.Engine;
import retort.kernels.Processor;
import retort.kernels.engine.ParameterFile;

/**
 * A value for every {@link SimdParameter}. They come from the committed file of the processor's family, such as
 * {@code zen5.properties}, or where there is none from {@link BlockModel}; a file of the user's for the processor's
 * model, in {@code ~/.retort/cpu-simd}, changes some of them.
 */
final class SimdParameters {
    private static final String MODEL = "analytical model";

    private final Map<SimdParameter, Integer> values;
    private final String origin;

    private SimdParameters(Map<SimdParameter, Integer> values, String origin) {
        this.values = values;
        this.origin = origin;
    }

    /** Those that this processor runs with; an unknown name or an illegal value in a file is an error that names it. */
    static SimdParameters here() {
        Processor processor = Processor.here();
        int bits = SimdSpecies.SPECIES.vectorBitSize();
        SimdParameters parameters =
                committed(processor, bits).map(SimdParameters::ofJar).orElseGet(() -> ofModel(CacheSizes.here()));
        return ParameterFile.ofUser(Engine.CPU_SIMD, SimdParameter.class, userFile(processor, bits))
                .map(parameters::changed)
                .orElse(parameters);
    }

    /** The file of the processors of a family, where their vectors are used in full. */
    static Optional<String> committed(Processor processor, int bits) {
        if (bits == 256 && processor.isOf("AuthenticAMD", 25)) {
            return Optional.of("zen3.properties");
        }
        if (bits == 512 && processor.isOf("AuthenticAMD", 26)) {
            return Optional.of("zen5.properties");
        }
        return bits == 128 ? Optional.of("narrow.properties") : Optional.empty();
    }

    /** The parameters of a committed file, which has them all. */
    static SimdParameters ofJar(String name) {
        ParameterFile<SimdParameter> file = ParameterFile.ofJar(Engine.CPU_SIMD, SimdParameter.class, name)
                .orElseThrow(() -> new IllegalStateException("cpu-simd: " + name + " is missing from the jar"));
        for (SimdParameter parameter : SimdParameter.values()) {
            if (!file.values().containsKey(parameter)) {
                throw new IllegalStateException("cpu-simd: " + name + " gives no " + parameter);
            }
        }
        return new SimdParameters(file.values(), name);
    }

    /** Those of the analytical model. */
    static SimdParameters ofModel(CacheSizes caches) {
        return new SimdParameters(new BlockModel(caches).values(), MODEL);
    }

    /** Where the user's own parameters for a processor and length of vectors are, and the tuner writes them. */
    static Path userFile(Processor processor, int bits) {
        String model = processor.model().isEmpty() ? processor.name() : processor.model();
        return ParameterFile.userFile(Engine.CPU_SIMD, model + " " + bits + " bits");
    }

    /** The same with what a file changes, which {@link #origin} then names. */
    private SimdParameters changed(ParameterFile<SimdParameter> file) {
        if (file.family().isPresent()) {
            throw ParameterFile.bad(Engine.CPU_SIMD, file.name(), "there is no parameter FAMILY");
        }
        Map<SimdParameter, Integer> changed = new EnumMap<>(values);
        changed.putAll(file.values());
        String differences = changed.entrySet().stream()
                .filter(each -> !each.getValue().equals(values.get(each.getKey())))
                .map(each -> " " + each)
                .collect(Collectors.joining());
        return new SimdParameters(changed, origin + ", " + file.name() + differences);
    }

    int get(SimdParameter parameter) {
        return values.get(parameter);
    }

    /** Where the values come from, and what a user's file changed. */
    String origin() {
        return origin;
    }

    /** The same with one value changed. */
    SimdParameters with(SimdParameter parameter, int value) {
        if (!parameter.isLegal(value)) {
            throw new IllegalArgumentException("cpu-simd: " + parameter + " can't be " + value);
        }
        Map<SimdParameter, Integer> changed = new EnumMap<>(values);
        changed.put(parameter, value);
        return new SimdParameters(changed, origin);
    }

    /** Writes them as a file that is read. */
    void write(Path file, String comment) {
        new ParameterFile<>(file.toString(), Optional.empty(), values).write(Engine.CPU_SIMD, file, comment);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SimdParameters parameters && values.equals(parameters.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }
}
