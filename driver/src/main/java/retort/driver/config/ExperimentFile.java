package retort.driver.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

/** A TOML file of an {@link Experiment}. {@code retort recipes NAME} prints one that says what each key is. */
public final class ExperimentFile {
    /** The recipes inside, the standard one first. */
    public static final List<String> RECIPES = List.of("notebook", "hinton2015", "hinton2015-long");

    /** No experiment needs more, and the parser takes a hundred times as much memory. */
    private static final int LONGEST_BYTES = 1 << 18;

    /** Some editors begin UTF-8 with it. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ExperimentFile() {}

    /** The text of a recipe inside. */
    public static String text(String recipe) {
        try (InputStream in = ExperimentFile.class.getResourceAsStream("/recipes/" + recipe + ".toml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("recipe " + recipe + ": can't be read", e);
        }
    }

    /** A recipe inside. */
    public static Experiment recipe(String recipe) {
        return parse(text(recipe), recipe + ".toml", Path.of(""));
    }

    /**
     * Reads a file. Folders that it names begin at its own.
     *
     * @throws BadConfigException if it can't be read, or is no experiment
     */
    public static Experiment read(Path file) {
        return parse(file, (root, reader) -> reader.read(root));
    }

    /**
     * The same once its data is open.
     *
     * @param classNames those of the data, by which students may omit classes
     */
    public static Experiment read(Path file, List<String> classNames) {
        return parse(file, (root, reader) -> new ExperimentReader(reader.folder(), classNames).read(root));
    }

    /** Makes something of a file's tables. */
    static <T> T parse(Path file, BiFunction<Section, ExperimentReader, T> of) {
        String name = file.toString();
        Path folder = file.toAbsolutePath().getParent();
        try {
            byte[] bytes;
            try (InputStream in = InputFile.open(file, "a TOML file")) {
                bytes = in.readNBytes(LONGEST_BYTES + 1);
            }
            if (bytes.length > LONGEST_BYTES) {
                throw new BadConfigException(
                        name, "is larger than " + LONGEST_BYTES / 1024 + " KiB, expected a TOML file");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return parse(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text, name, folder, of);
        } catch (NoSuchFileException e) {
            throw new BadConfigException(
                    name, "no such file, expected a TOML file such as 'retort recipes notebook' prints");
        } catch (CharacterCodingException e) {
            throw new BadConfigException(name, "is not UTF-8 text, expected a TOML file");
        } catch (IOException e) {
            throw new BadConfigException(name, "can't be read: " + FileReason.of(e));
        }
    }

    /**
     * Reads a text.
     *
     * @param name of the file, for people
     * @param folder that folders which the text names begin at
     * @throws BadConfigException if it is no experiment
     */
    static Experiment parse(String text, String name, Path folder) {
        return parse(text, name, folder, (root, reader) -> reader.read(root));
    }

    private static <T> T parse(String text, String name, Path folder, BiFunction<Section, ExperimentReader, T> of) {
        TomlParseResult toml = Toml.parse(text);
        if (toml.hasErrors()) {
            TomlParseError error = toml.errors().getFirst();
            throw new BadConfigException(
                    name + ":" + error.position().line() + ":"
                            + error.position().column(),
                    firstLine(error.getMessage()));
        }
        Section root = new Section(name, "", toml, TomlPosition.positionAt(1, 1), null);
        return of.apply(root, new ExperimentReader(folder, List.of()));
    }

    private static String firstLine(String message) {
        return message == null ? "is not TOML" : message.lines().findFirst().orElse("is not TOML");
    }
}
