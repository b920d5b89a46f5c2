package retort.kernels.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import retort.kernels.BadParametersException;
import retort.kernels.Engine;
import retort.kernels.file.AtomicFile;
import retort.kernels.file.Printable;

/**
 * Kernel parameters as a property file gives them, some or all.
 *
 * @param name of the file, for messages and reports
 * @param family what the file says that it is made for, where it says so
 */
public record ParameterFile<P extends Enum<P> & KernelParameter>(
        String name, Optional<String> family, Map<P, Integer> values) {
    private static final String FAMILY = "FAMILY";

    /** Characters of what is no parameter, for messages: a file of another kind may be one long line. */
    private static final int LONGEST_SHOWN = 40;

    /** That a file can't be used; what stands in it is shown in one line. */
    public static BadParametersException bad(Engine engine, String file, String problem) {
        return bad(engine, file, problem, null);
    }

    private static BadParametersException bad(Engine engine, String file, String problem, Throwable cause) {
        return new BadParametersException(Printable.message(engine + ": " + file + ": " + problem), cause);
    }

    /** The file of an engine beside one of its classes, or nothing. */
    public static <P extends Enum<P> & KernelParameter> Optional<ParameterFile<P>> ofJar(
            Engine engine, Class<P> parameters, String name) {
        try (InputStream stream = parameters.getResourceAsStream(name)) {
            return stream == null
                    ? Optional.empty()
                    : Optional.of(
                            read(engine, parameters, name, new InputStreamReader(stream, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(engine + ": can't read " + name, e);
        }
    }

    /**
     * A user's file, or nothing if there is none.
     *
     * @throws BadParametersException if it can't be read, or gives what is no parameter or no legal value
     */
    public static <P extends Enum<P> & KernelParameter> Optional<ParameterFile<P>> ofUser(
            Engine engine, Class<P> parameters, Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(file)) {
            throw bad(engine, file.toString(), "is no file of parameters");
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            return Optional.of(read(engine, parameters, file.toString(), reader));
        } catch (CharacterCodingException e) {
            throw bad(engine, file.toString(), "is no text in UTF-8", e);
        } catch (AccessDeniedException e) {
            throw bad(engine, file.toString(), "can't be read: permission denied", e);
        } catch (IOException e) {
            throw bad(engine, file.toString(), "can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Where a user's own parameters are, and the tuner writes them: in {@code ~/.retort/} and the engine's name, unless
     * {@code retort.<engine>.parameters} names another folder, or one file for whatever device.
     *
     * @param device what they are for
     * @throws BadParametersException if the property names what is not there
     */
    public static Path userFile(Engine engine, String device) {
        String location = System.getProperty(locationProperty(engine));
        if (location == null) {
            return Path.of(System.getProperty("user.home"), ".retort", engine.id(), fileName(device));
        }
        Path path = Path.of(location);
        if (!Files.exists(path)) {
            throw bad(engine, location, "no such file or folder, -D" + locationProperty(engine) + " names it");
        }
        return Files.isDirectory(path) ? path.resolve(fileName(device)) : path;
    }

    public static String locationProperty(Engine engine) {
        return "retort." + engine.id() + ".parameters";
    }

    /** Lower case, runs of anything but letters and digits become one dash. */
    public static String fileName(String device) {
        String slug = device.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return slug.replaceAll("^-|-$", "") + ".properties";
    }

    private static <P extends Enum<P> & KernelParameter> ParameterFile<P> read(
            Engine engine, Class<P> parameters, String file, Reader reader) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(reader);
        } catch (IllegalArgumentException e) {
            throw bad(engine, file, "is damaged: " + e.getMessage(), e);
        }
        Optional<String> family =
                Optional.ofNullable((String) properties.remove(FAMILY)).map(String::strip);
        Map<P, Integer> values = new EnumMap<>(parameters);
        for (String key : properties.stringPropertyNames()) {
            P parameter = parameter(engine, parameters, file, key);
            values.put(parameter, value(engine, file, parameter, properties.getProperty(key)));
        }
        return new ParameterFile<>(file, family, values);
    }

    private static <P extends Enum<P> & KernelParameter> P parameter(
            Engine engine, Class<P> parameters, String file, String key) {
        for (P parameter : parameters.getEnumConstants()) {
            if (parameter.name().equals(key)) {
                return parameter;
            }
        }
        String shown = key.length() <= LONGEST_SHOWN ? key : key.substring(0, LONGEST_SHOWN) + "...";
        throw bad(engine, file, "there is no parameter " + shown);
    }

    private static int value(Engine engine, String file, KernelParameter parameter, String text) {
        try {
            int value = Integer.parseInt(text.strip());
            if (parameter.isLegal(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw bad(engine, file, parameter + " is no number: " + text, e);
        }
        throw bad(
                engine,
                file,
                parameter + " (" + parameter.meaning() + ") is " + text.strip() + ", expected one of "
                        + parameter.legalValues());
    }

    /**
     * Writes every value with its meaning, in the form that is read, whole or not at all.
     *
     * @param comment a line on where the values come from
     */
    public void write(Engine engine, Path file, String comment) {
        StringBuilder text = new StringBuilder("# " + comment + "\n");
        family.ifPresent(each -> text.append(FAMILY).append('=').append(each).append('\n'));
        values.forEach((parameter, value) -> text.append(String.format(
                Locale.ROOT,
                "# %s: %s%n%s=%d%n",
                parameter.meaning(),
                parameter.legalValues(),
                parameter.name(),
                value)));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.removeUnfinishedOf(file);
            AtomicFile.write(
                    file,
                    channel -> Channels.newOutputStream(channel)
                            .write(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(engine + ": can't write " + file, e);
        }
    }
}
