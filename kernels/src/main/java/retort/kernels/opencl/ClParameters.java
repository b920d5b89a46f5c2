package retort.kernels.opencl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.kernels.Device;
import retort.kernels.Engine;
import retort.kernels.engine.ParameterFile;
import retort.kernels.opencl.ClTile.Extent;

/**
 * A value for every {@link ClParameter} of a family. They come from the file of the device's class, such as
 * {@code cpu.properties}, lowered to the device's limits; a file named from the device, in the jar or in the user's
 * folder {@code ~/.retort/opencl}, changes some of them.
 */
final class ClParameters {
    /** Floats in the registers of a processor that has 32 of them. */
    private static final int WIDE_VECTOR = 16;

    private final ClFamily family;
    private final Map<ClParameter, Integer> values;
    private final String origin;

    private ClParameters(ClFamily family, Map<ClParameter, Integer> values, String origin) {
        this.family = family;
        this.values = values;
        this.origin = origin;
    }

    /** The parameters for a device; an unknown name or an illegal value in a file is an error that names it. */
    static ClParameters of(Device device) {
        List<ParameterFile<ClParameter>> files = filesOf(device.name());
        ClFamily family = files.reversed().stream()
                .flatMap(file -> family(file).stream())
                .findFirst()
                .orElse(family(device.type()));
        ClParameters parameters =
                ofClass(classFile(family, device.vectorWidth())).fitted(device);
        for (ParameterFile<ClParameter> file : files) {
            parameters = parameters.changed(file);
        }
        return parameters.checked(parameters.conflict()).checked(parameters.overLimit(device));
    }

    /** The parameters of a class of devices as its file has them. */
    static ClParameters ofClass(String name) {
        ParameterFile<ClParameter> file = ofJar(name)
                .orElseThrow(() -> new IllegalStateException("opencl: " + name + " is missing from the jar"));
        ClFamily family = family(file).orElseThrow(() -> new IllegalStateException("opencl: " + name + ": no FAMILY"));
        ClParameters parameters = new ClParameters(family, Map.of(), name).changed(file);
        for (ClParameter parameter : ClParameter.of(family)) {
            if (!parameters.values.containsKey(parameter)) {
                throw new IllegalStateException("opencl: " + name + " gives no " + parameter);
            }
        }
        return parameters.checked(parameters.conflict());
    }

    private static Optional<ParameterFile<ClParameter>> ofJar(String name) {
        return ParameterFile.ofJar(Engine.OPENCL, ClParameter.class, name);
    }

    /** The files that are named from a device, those there are: in the jar, then in the user's folder. */
    private static List<ParameterFile<ClParameter>> filesOf(String deviceName) {
        return Stream.of(
                        ofJar(ParameterFile.fileName(deviceName)),
                        ParameterFile.ofUser(Engine.OPENCL, ClParameter.class, userFile(deviceName)))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Where the user's own parameters for a device are, and the tuner writes them. */
    static Path userFile(String deviceName) {
        return ParameterFile.userFile(Engine.OPENCL, deviceName);
    }

    private static Optional<ClFamily> family(ParameterFile<ClParameter> file) {
        return file.family()
                .map(text -> Arrays.stream(ClFamily.values())
                        .filter(each -> each.name().equalsIgnoreCase(text))
                        .findFirst()
                        .orElseThrow(() -> ParameterFile.bad(
                                Engine.OPENCL,
                                file.name(),
                                "FAMILY is " + text + ", expected one of " + Arrays.toString(ClFamily.values()))));
    }

    /** Writes them as a file that is read. */
    void write(Path file, String comment) {
        new ParameterFile<>(file.toString(), Optional.of(family.name()), values).write(Engine.OPENCL, file, comment);
    }

    private static ClFamily family(Device.Type type) {
        return type == Device.Type.CPU ? ClFamily.CORES : ClFamily.SIMT;
    }

    private static String classFile(ClFamily family, int vectorWidth) {
        return switch (family) {
            case CORES -> vectorWidth >= WIDE_VECTOR ? "cpu.properties" : "cpu-narrow.properties";
            case SIMT -> "gpu.properties";
        };
    }

    /** The same with what a file changes, which {@link #origin} then names. */
    private ClParameters changed(ParameterFile<ClParameter> file) {
        List<ClParameter> known = ClParameter.of(family);
        EnumMap<ClParameter, Integer> changed = new EnumMap<>(ClParameter.class);
        changed.putAll(values);
        file.values().forEach((parameter, value) -> {
            if (!known.contains(parameter)) {
                throw ParameterFile.bad(
                        Engine.OPENCL,
                        file.name(),
                        parameter + " is no parameter of the kernels here, which are of the family " + family);
            }
            changed.put(parameter, value);
        });
        String differences = changed.entrySet().stream()
                .filter(each -> !values.isEmpty() && !each.getValue().equals(values.get(each.getKey())))
                .map(each -> " " + each)
                .collect(Collectors.joining());
        return new ClParameters(family, changed, values.isEmpty() ? origin : origin + ", " + file.name() + differences);
    }

    /** What a value takes of a device: value times each, over per. */
    private record Need(ClParameter parameter, long each, long per, String of, long available) {
        long takes(int value) {
            return value * each / per;
        }
    }

    private List<Need> needs(Device device) {
        String memory = "bytes of local memory";
        String items = "work-items in a group";
        long bytes = device.localMemoryBytes();
        long largest = device.largestWorkGroup();
        List<Need> needs = new ArrayList<>(List.of(
                new Need(ClParameter.ROW_ITEMS, 1, 1, items, largest),
                new Need(ClParameter.ELEMENT_ITEMS, 1, 1, items, largest)));
        switch (family) {
            case CORES -> {
                long panelRow = (long) get(ClParameter.GEMM_NR_VECTORS) * get(ClParameter.GEMM_WIDTH) * Float.BYTES;
                needs.add(new Need(ClParameter.GEMM_KC, panelRow, 1, memory, bytes));
                long gradientColumn = (long) get(ClParameter.GEMM_MR) * Float.BYTES;
                needs.add(new Need(ClParameter.ADAM_NC, gradientColumn, 1, memory, bytes));
            }
            case SIMT -> {
                for (ClTile tile : ClTile.values()) {
                    int m = get(tile.parameter(Extent.M));
                    int n = get(tile.parameter(Extent.N));
                    long slices = 2L * (m + n + 2 * ClConstants.SIMT_PADDING) * Float.BYTES;
                    needs.add(new Need(tile.parameter(Extent.K), slices, 1, memory, bytes));
                    long itemRows = m / get(tile.parameter(Extent.ITEM_M));
                    needs.add(new Need(
                            tile.parameter(Extent.N), itemRows, get(tile.parameter(Extent.ITEM_N)), items, largest));
                }
            }
        }
        return needs;
    }

    /** The same with what local memory or the work-group's limit bounds lowered to what the device has. */
    ClParameters fitted(Device device) {
        ClParameters fitted = new ClParameters(family, new EnumMap<>(values), origin);
        for (Need need : needs(device)) {
            ClParameter parameter = need.parameter();
            Arrays.stream(parameter.legal())
                    .filter(value -> value <= fitted.get(parameter) && need.takes(value) <= need.available())
                    .max()
                    .ifPresent(value -> fitted.values.put(parameter, value));
        }
        return fitted;
    }

    /** Values that the device can't run. */
    private Optional<String> overLimit(Device device) {
        for (Need need : needs(device)) {
            int value = get(need.parameter());
            if (need.takes(value) > need.available()) {
                return Optional.of(need.parameter() + " is " + value + ": that takes " + need.takes(value) + " "
                        + need.of() + ", " + device.name() + " has " + need.available());
            }
        }
        return Optional.empty();
    }

    /** Values that are legal each but would not compile or give wrong numbers together. */
    private Optional<String> conflict() {
        return switch (family) {
            case CORES ->
                get(ClParameter.DOT_NR) <= get(ClParameter.GEMM_WIDTH)
                        ? Optional.empty()
                        : Optional.of("DOT_NR is " + get(ClParameter.DOT_NR) + ", expected at most GEMM_WIDTH = "
                                + get(ClParameter.GEMM_WIDTH));
            case SIMT -> Optional.empty();
        };
    }

    private ClParameters checked(Optional<String> conflict) {
        conflict.ifPresent(what -> {
            throw ParameterFile.bad(Engine.OPENCL, origin, what);
        });
        return this;
    }

    int get(ClParameter parameter) {
        return values.get(parameter);
    }

    ClFamily family() {
        return family;
    }

    /** The files that the values come from, and what those named from the device changed. */
    String origin() {
        return origin;
    }

    /** The same with one value changed. */
    ClParameters with(ClParameter parameter, int value) {
        return tryWith(parameter, value)
                .orElseThrow(() -> new IllegalArgumentException("opencl: " + parameter + " can't be " + value));
    }

    /** The same with one value changed, or empty where that is illegal or does not go together with the others. */
    Optional<ClParameters> tryWith(ClParameter parameter, int value) {
        EnumMap<ClParameter, Integer> changed = new EnumMap<>(values);
        changed.put(parameter, value);
        ClParameters candidate = new ClParameters(family, changed, origin);
        return Optional.of(candidate)
                .filter(each -> parameter.isLegal(value) && each.conflict().isEmpty());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClParameters parameters && values.equals(parameters.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** As options of the OpenCL compiler; tiles are given to the programs of theirs alone ({@link ClSimtForm}). */
    String options() {
        Set<ClParameter> tiles = ClTile.parameters().collect(Collectors.toSet());
        return values.entrySet().stream()
                .filter(each -> !tiles.contains(each.getKey()))
                .map(each -> "-D" + each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }
}
