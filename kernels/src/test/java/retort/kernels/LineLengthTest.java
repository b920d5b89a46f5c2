package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The formatter wraps code only: comments and OpenCL C keep to the same width, in every module. Texts in quotes may
 * not.
 */
class LineLengthTest {
    private static final int LONGEST = 120;
    private static final Path PROJECT = Path.of("..");

    /** A module that is not beside the others. */
    private static final Path FRAMEWORKS = PROJECT.resolve("bench/frameworks");

    @Test
    void noLineOfSourceIsLonger() throws IOException {
        List<String> tooLong;
        try (Stream<Path> modules = Files.list(PROJECT)) {
            List<Path> files = Stream.concat(modules, Stream.of(FRAMEWORKS))
                    .map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(LineLengthTest::sources)
                    .toList();
            assertFalse(files.isEmpty(), "no source found from " + PROJECT.toAbsolutePath());
            tooLong = files.stream().flatMap(LineLengthTest::tooLong).toList();
        }
        assertEquals(List.of(), tooLong, "lines of more than " + LONGEST + " characters");
    }

    private static Stream<Path> sources(Path folder) {
        try {
            return Files.walk(folder).filter(file -> file.toString().matches(".*\\.(java|cl)"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A quoted text, a row of a table in one, or a style sheet. */
    private static boolean isText(String line) {
        return line.contains("\"") || line.matches(" *(\\S.* \\| .*|body \\{.*)");
    }

    private static Stream<String> tooLong(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).codePoints().count() > LONGEST && !isText(lines.get(i)))
                    .mapToObj(i -> PROJECT.relativize(file) + ":" + (i + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
