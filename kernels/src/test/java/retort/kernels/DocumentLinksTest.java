package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What README and docs link to in this project is there. */
class DocumentLinksTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#\\s]+)");

    @Test
    void everyLinkedFileExists() throws IOException {
        List<Path> documents;
        try (Stream<Path> front = Files.list(PROJECT);
                Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
            documents = Stream.concat(front, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
        assertFalse(documents.isEmpty(), "no document found from " + PROJECT.toAbsolutePath());
        assertEquals(
                List.of(), documents.stream().flatMap(DocumentLinksTest::broken).toList());
    }

    private static Stream<String> broken(Path document) {
        try {
            return LINK.matcher(Files.readString(document))
                    .results()
                    .map(link -> link.group(1))
                    .filter(link -> !Files.exists(document.resolveSibling(link)))
                    .map(link -> PROJECT.relativize(document) + " links to " + link);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
