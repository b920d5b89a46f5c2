package retort.kernels.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import retort.kernels.BackendException;
import retort.kernels.Device;

/**
 * A value for every {@link ClParameter}. They come from the file of the device's class ({@code cpu.properties},
 * {@code cpu-narrow.properties} or {@code gpu.properties}), cut down to the device's limits; a file named from the device, in the jar or in the user's folder
 * {@code ~/.retort/opencl}, changes some of them.
 */
final class ClParameters {
    /** Names another folder for the user's files, or one file for whatever device. */
    static final String LOCATION_PROPERTY = "retort.opencl.parameters";

    /** Floats in the registers of a processor that has 32 of them. */
    private static final int WIDE_VECTOR = 16;

    private final Map<ClParameter, Integer> values;

    private ClParameters(Map<ClParameter, Integer> values) {
        this.values = values;
    }

    /** The parameters for a device; an unknown name or an illegal value in a file is an error that names it. */
    static ClParameters of(Device device) {
        Map<ClParameter, Integer> values =
                ofClass(classFile(device.type(), device.vectorWidth())).fitted(device).values;
        String own = slug(device.name()) + ".properties";
        if (ClParameters.class.getResource(own) != null) {
            read(own, resource(own), values);
        }
        Path user = userFile(device.name());
        if (Files.exists(user)) {
            try (Reader reader = Files.newBufferedReader(user)) {
                read(user.toString(), reader, values);
            } catch (IOException e) {
                throw new UncheckedIOException("opencl: can't read " + user, e);
            }
        }
        return new ClParameters(values).consistent();
    }

    /** The parameters of a class of devices as its file has them. */
    static ClParameters ofClass(String file) {
        return new ClParameters(classDefaults(file)).consistent();
    }

    private static EnumMap<ClParameter, Integer> classDefaults(String file) {
        EnumMap<ClParameter, Integer> values = new EnumMap<>(ClParameter.class);
        read(file, resource(file), values);
        for (ClParameter parameter : ClParameter.values()) {
            if (!values.containsKey(parameter)) {
                throw new IllegalStateException("opencl: " + file + " gives no " + parameter);
            }
        }
        return values;
    }

    /** The same with what local memory or the work-group's limit bounds lowered to what the device has. */
    ClParameters fitted(Device device) {
        EnumMap<ClParameter, Integer> values = new EnumMap<>(this.values);
        long panelRow = (long) values.get(ClParameter.GEMM_VECTORS) * values.get(ClParameter.GEMM_WIDTH) * Float.BYTES;
        lower(values, ClParameter.GEMM_K_BLOCK, device.localMemoryBytes() / panelRow);
        long gradientColumn = (long) values.get(ClParameter.GEMM_ROWS) * Float.BYTES;
        lower(values, ClParameter.ADAM_COLUMNS, device.localMemoryBytes() / gradientColumn);
        long slices = 2L * (values.get(ClParameter.BLOCK_M) + 4 + values.get(ClParameter.BLOCK_N)) * Float.BYTES;
        lower(values, ClParameter.BLOCK_K, device.localMemoryBytes() / slices);
        lower(values, ClParameter.ROW_ITEMS, device.largestWorkGroup());
        lower(values, ClParameter.ELEMENT_ITEMS, device.largestWorkGroup());
        return new ClParameters(values);
    }

    private static void lower(Map<ClParameter, Integer> values, ClParameter parameter, long limit) {
        Arrays.stream(parameter.legal())
                .filter(value -> value <= Math.min(limit, values.get(parameter)))
                .max()
                .ifPresent(value -> values.put(parameter, value));
    }

    /** Refuses values that are legal each but not together. */
    private ClParameters consistent() {
        conflict().ifPresent(conflict -> {
            throw new BackendException("opencl: " + conflict);
        });
        return this;
    }

    private Optional<String> conflict() {
        int itemRows = get(ClParameter.BLOCK_M) / get(ClParameter.BLOCK_ITEM_M);
        return itemRows <= get(ClParameter.BLOCK_SMALL_M)
                ? Optional.empty()
                : Optional.of("BLOCK_SMALL_M is " + get(ClParameter.BLOCK_SMALL_M)
                        + ", expected at least BLOCK_M / BLOCK_ITEM_M = " + itemRows);
    }

    /** The most specific file that {@link #of} reads for a device. */
    static String origin(String deviceName, Device.Type type, int vectorWidth) {
        Path user = userFile(deviceName);
        if (Files.exists(user)) {
            return user.toString();
        }
        String own = slug(deviceName) + ".properties";
        return ClParameters.class.getResource(own) != null ? own : classFile(type, vectorWidth);
    }

    /** Where the user's own parameters for a device are, and the tuner writes them. */
    static Path userFile(String deviceName) {
        String location = System.getProperty(LOCATION_PROPERTY);
        Path path =
                location == null ? Path.of(System.getProperty("user.home"), ".retort", "opencl") : Path.of(location);
        return Files.isRegularFile(path) ? path : path.resolve(slug(deviceName) + ".properties");
    }

    private static String classFile(Device.Type type, int vectorWidth) {
        if (type != Device.Type.CPU) {
            return "gpu.properties";
        }
        return vectorWidth >= WIDE_VECTOR ? "cpu.properties" : "cpu-narrow.properties";
    }

    private static Reader resource(String name) {
        InputStream stream = ClParameters.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IllegalStateException("opencl: " + name + " is missing from the jar");
        }
        return new InputStreamReader(stream, StandardCharsets.UTF_8);
    }

    private static void read(String file, Reader reader, Map<ClParameter, Integer> values) {
        Properties properties = new Properties();
        try (reader) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("opencl: can't read " + file, e);
        }
        for (String name : properties.stringPropertyNames()) {
            ClParameter parameter = parameter(file, name);
            values.put(parameter, value(file, parameter, properties.getProperty(name)));
        }
    }

    private static ClParameter parameter(String file, String name) {
        for (ClParameter parameter : ClParameter.values()) {
            if (parameter.name().equals(name)) {
                return parameter;
            }
        }
        throw new BackendException("opencl: " + file + ": there is no parameter " + name);
    }

    private static int value(String file, ClParameter parameter, String text) {
        try {
            int value = Integer.parseInt(text.strip());
            if (parameter.isLegal(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BackendException("opencl: " + file + ": " + parameter + " is no number: " + text, e);
        }
        throw new BackendException("opencl: " + file + ": " + parameter + " is " + text.strip() + ", expected one of "
                + parameter.legalValues());
    }

    int get(ClParameter parameter) {
        return values.get(parameter);
    }

    boolean blocked() {
        return get(ClParameter.GEMM_BLOCKED) == 1;
    }

    /** The same with one value changed. */
    ClParameters with(ClParameter parameter, int value) {
        if (!parameter.isLegal(value)) {
            throw new IllegalArgumentException(
                    "opencl: " + parameter + " is " + value + ", expected one of " + parameter.legalValues());
        }
        EnumMap<ClParameter, Integer> changed = new EnumMap<>(values);
        changed.put(parameter, value);
        return new ClParameters(changed).consistent();
    }

    /** The same with one value changed, or empty where that does not go together with the others. */
    Optional<ClParameters> tryWith(ClParameter parameter, int value) {
        EnumMap<ClParameter, Integer> changed = new EnumMap<>(values);
        changed.put(parameter, value);
        ClParameters candidate = new ClParameters(changed);
        return candidate.conflict().isEmpty() ? Optional.of(candidate) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClParameters parameters && values.equals(parameters.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** As options of the OpenCL compiler. */
    String options() {
        return values.entrySet().stream()
                .map(each -> "-D" + each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }

    /** Writes every value, in the form that {@link #of} reads. */
    void write(Path file, String comment) {
        StringWriter text = new StringWriter();
        text.write("# " + comment + "\n");
        values.forEach((parameter, value) -> text.write(String.format(Locale.ROOT, "%s=%d%n", parameter, value)));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("opencl: can't write " + file, e);
        }
    }

    /** A device's name as a file name: lower case, runs of anything but letters and digits become one dash. */
    private static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
