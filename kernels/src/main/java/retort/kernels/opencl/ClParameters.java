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
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import retort.kernels.BackendException;

/**
 * A value for every {@link ClParameter}. They come from the file of the device's class ({@code cpu.properties} or
 * {@code gpu.properties}); a file named from the device, in the jar or in the user's folder, changes some of them.
 */
final class ClParameters {
    /** Names another folder for the user's files. */
    static final String FOLDER_PROPERTY = "retort.opencl.parameters";

    private final Map<ClParameter, Integer> values;

    private ClParameters(Map<ClParameter, Integer> values) {
        this.values = values;
    }

    static ClParameters of(OpenClDevice device) {
        return of(device.name(), device.type());
    }

    /** The parameters for a device; an unknown name or an illegal value in a file is an error that names it. */
    static ClParameters of(String deviceName, OpenClDevice.Type type) {
        EnumMap<ClParameter, Integer> values = new EnumMap<>(ClParameter.class);
        read(classFile(type), resource(classFile(type)), values);
        String own = OpenClDevice.slug(deviceName) + ".properties";
        if (ClParameters.class.getResource(own) != null) {
            read(own, resource(own), values);
        }
        Path user = userFile(deviceName);
        if (Files.exists(user)) {
            try (Reader reader = Files.newBufferedReader(user)) {
                read(user.toString(), reader, values);
            } catch (IOException e) {
                throw new UncheckedIOException("opencl: can't read " + user, e);
            }
        }
        for (ClParameter parameter : ClParameter.values()) {
            if (!values.containsKey(parameter)) {
                throw new IllegalStateException("opencl: " + classFile(type) + " gives no " + parameter);
            }
        }
        return new ClParameters(values);
    }

    /** The most specific file that {@link #of} reads for a device. */
    static String origin(String deviceName, OpenClDevice.Type type) {
        Path user = userFile(deviceName);
        if (Files.exists(user)) {
            return user.toString();
        }
        String own = OpenClDevice.slug(deviceName) + ".properties";
        return ClParameters.class.getResource(own) != null ? own : classFile(type);
    }

    /** Where the tuner writes what it found for a device. */
    static Path userFile(String deviceName) {
        String folder = System.getProperty(FOLDER_PROPERTY);
        Path path = folder == null ? Path.of(System.getProperty("user.home"), ".retort", "opencl") : Path.of(folder);
        return path.resolve(OpenClDevice.slug(deviceName) + ".properties");
    }

    private static String classFile(OpenClDevice.Type type) {
        return type == OpenClDevice.Type.CPU ? "cpu.properties" : "gpu.properties";
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
        return new ClParameters(changed);
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
}
