package retort.driver.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.driver.cli.FileReason;
import retort.kernels.file.Printable;

/** What classes are called, in the order of their labels. */
public final class ClassNames {
    /** Where a model's file has them in its metadata. */
    public static final String KEY = "classes";

    private static final int LONGEST_BYTES = 1 << 18;
    private static final int LONGEST_NAME = 40;

    private ClassNames() {}

    /** Their numbers, from 0 on. */
    public static List<String> numbers(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    /**
     * As {@code --classes} has them: a number of classes, names with commas between them, or a file.
     *
     * @throws BadDataException if it is none of these, or names too few, too many or one twice
     */
    public static List<String> of(String text) {
        String option = "--classes=" + text;
        if (text.matches("\\d{1,9}")) {
            int classes = Integer.parseInt(text);
            if (classes < 2 || classes > ImageSet.MOST_CLASSES) {
                throw new BadDataException(option, "expected 2 to " + ImageSet.MOST_CLASSES + " classes");
            }
            return numbers(classes);
        }
        try {
            if (Files.isRegularFile(Path.of(text))) {
                return read(text, Files.newInputStream(Path.of(text)));
            }
        } catch (IOException e) {
            throw new BadDataException(option, "can't be read: " + FileReason.of(e), e);
        } catch (InvalidPathException e) {
            // Names, then.
        }
        if (!text.contains(",")) {
            throw new BadDataException(
                    option, "no such file, expected one, a number of classes, or names such as cat,dog");
        }
        return checked(option, Stream.of(text.split(",", -1)).map(String::strip).toList());
    }

    /** In one text, as model files have them: with commas between, or a line each where a name has a comma. */
    public static String text(List<String> names) {
        boolean commas = names.stream().anyMatch(name -> name.contains(","));
        return String.join(commas ? "\n" : ",", names);
    }

    /** What {@link #text} wrote. */
    public static List<String> parse(String text) {
        return List.of(text.split(text.contains("\n") ? "\n" : ",", -1));
    }

    /** A file of a data set that names its classes. */
    static List<String> read(DataFiles files, String name) {
        try {
            return read(files.path(name), files.open(name));
        } catch (IOException e) {
            throw new BadDataException(files.path(name), "can't be read: " + FileReason.of(e), e);
        }
    }

    /**
     * A name a line; or, as EMNIST has it, a label and the codes of one or more characters, of which the first is the
     * name.
     */
    private static List<String> read(String file, InputStream open) throws IOException {
        byte[] bytes;
        try (InputStream in = open) {
            bytes = in.readNBytes(LONGEST_BYTES + 1);
        }
        if (bytes.length > LONGEST_BYTES) {
            throw new BadDataException(file, "more than " + LONGEST_BYTES + " bytes, expected names of classes");
        }
        List<String> lines = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        boolean codes = !lines.isEmpty() && lines.stream().allMatch(line -> line.matches("\\d{1,4}( \\d{1,6})+"));
        return checked(file, codes ? characters(file, lines) : lines);
    }

    private static List<String> characters(String file, List<String> lines) {
        List<String> names = new ArrayList<>();
        int first = Integer.parseInt(lines.getFirst().split(" ")[0]);
        for (String line : lines) {
            String[] words = line.split(" ");
            int code = Integer.parseInt(words[1]);
            if (Integer.parseInt(words[0]) != first + names.size() || !Character.isDefined(code)) {
                throw new BadDataException(
                        file, "the line '" + line + "' is out of order, expected a label and a character's code");
            }
            names.add(Character.toString(code));
        }
        return names;
    }

    /** Whether a name is one line, without control characters. */
    public static boolean isPrintable(String name) {
        return name.codePoints().noneMatch(Printable::isControl);
    }

    private static List<String> checked(String source, List<String> names) {
        if (names.size() < 2 || names.size() > ImageSet.MOST_CLASSES) {
            throw new BadDataException(
                    source, names.size() + " names, expected those of 2 to " + ImageSet.MOST_CLASSES + " classes");
        }
        for (String name : names) {
            if (name.isEmpty() || name.length() > LONGEST_NAME || !isPrintable(name)) {
                throw new BadDataException(
                        source, "the name '" + name + "', expected 1 to " + LONGEST_NAME + " printable characters");
            }
        }
        if (new HashSet<>(names).size() < names.size()) {
            throw new BadDataException(source, "names a class twice");
        }
        return List.copyOf(names);
    }
}
