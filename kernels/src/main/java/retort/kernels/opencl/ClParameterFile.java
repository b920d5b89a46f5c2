package retort.kernels.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import retort.kernels.BackendException;

/**
 * Parameters as a file gives them, some or all.
 *
 * @param family of the kernels, where the file names one
 */
record ClParameterFile(String name, Optional<ClFamily> family, Map<ClParameter, Integer> values) {
    /** Names another folder for the user's files, or one file for whatever device. */
    static final String LOCATION_PROPERTY = "retort.opencl.parameters";

    private static final String FAMILY = "FAMILY";

    /** The file of a class of devices. */
    static ClParameterFile ofClass(String name) {
        return ofJar(name).orElseThrow(() -> new IllegalStateException("opencl: " + name + " is missing from the jar"));
    }

    /** The files that are named from a device, those there are: in the jar, then in the user's folder. */
    static List<ClParameterFile> ofDevice(String deviceName) {
        List<ClParameterFile> files = new ArrayList<>();
        ofJar(fileName(deviceName)).ifPresent(files::add);
        Path user = userFile(deviceName);
        if (Files.exists(user)) {
            try (Reader reader = Files.newBufferedReader(user)) {
                files.add(read(user.toString(), reader));
            } catch (IOException e) {
                throw new UncheckedIOException("opencl: can't read " + user, e);
            }
        }
        return files;
    }

    /** Where the user's own parameters for a device are, and the tuner writes them. */
    static Path userFile(String deviceName) {
        String location = System.getProperty(LOCATION_PROPERTY);
        Path path =
                location == null ? Path.of(System.getProperty("user.home"), ".retort", "opencl") : Path.of(location);
        return Files.isRegularFile(path) ? path : path.resolve(fileName(deviceName));
    }

    /** Lower case, runs of anything but letters and digits become one dash. */
    private static String fileName(String deviceName) {
        String slug = deviceName.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return slug.replaceAll("^-|-$", "") + ".properties";
    }

    private static Optional<ClParameterFile> ofJar(String name) {
        try (InputStream stream = ClParameterFile.class.getResourceAsStream(name)) {
            return stream == null
                    ? Optional.empty()
                    : Optional.of(read(name, new InputStreamReader(stream, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("opencl: can't read " + name, e);
        }
    }

    private static ClParameterFile read(String file, Reader reader) throws IOException {
        Properties properties = new Properties();
        properties.load(reader);
        Optional<ClFamily> family =
                Optional.ofNullable((String) properties.remove(FAMILY)).map(text -> family(file, text));
        Map<ClParameter, Integer> values = new EnumMap<>(ClParameter.class);
        for (String name : properties.stringPropertyNames()) {
            ClParameter parameter = parameter(file, name);
            values.put(parameter, value(file, parameter, properties.getProperty(name)));
        }
        return new ClParameterFile(file, family, values);
    }

    private static ClFamily family(String file, String text) {
        return Arrays.stream(ClFamily.values())
                .filter(each -> each.name().equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new BackendException("opencl: " + file + ": FAMILY is " + text.strip()
                        + ", expected one of " + Arrays.toString(ClFamily.values())));
    }

    private static ClParameter parameter(String file, String name) {
        return Arrays.stream(ClParameter.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BackendException("opencl: " + file + ": there is no parameter " + name));
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
        throw new BackendException("opencl: " + file + ": " + parameter + " (" + parameter.meaning() + ") is "
                + text.strip() + ", expected one of " + parameter.legalValues());
    }

    /** Writes every value with its meaning, in the form that is read. */
    static void write(Path file, String comment, ClParameters parameters) {
        StringBuilder text = new StringBuilder("# " + comment + "\n");
        text.append(FAMILY).append('=').append(parameters.family()).append('\n');
        for (ClParameter each : ClParameter.of(parameters.family())) {
            text.append(String.format(
                    Locale.ROOT, "# %s: %s%n%s=%d%n", each.meaning(), each.legalValues(), each, parameters.get(each)));
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("opencl: can't write " + file, e);
        }
    }
}
