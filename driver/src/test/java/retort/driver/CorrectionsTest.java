package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;

/** {@code retort study corrections}, of a teacher and a student of small synthetic data. */
class CorrectionsTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final int INTERRUPTED = 130;

    @TempDir
    private static Path folder;

    private static Path data;
    private static Path teacher;
    private static Path student;

    @BeforeAll
    static void train() throws IOException {
        data = SyntheticSet.write(folder.resolve("digits"), 300, 200);
        teacher = folder.resolve("t/teacher.safetensors");
        student = folder.resolve("s/distilled.safetensors");
        run("t", "train", "--recipe=hinton2015", "--train-images=200", "--epochs=4", "--batch=20")
                .isDone();
        run(
                        "s",
                        "distill",
                        "--recipe=hinton2015",
                        "--teacher=" + teacher,
                        "--train-images=200",
                        "--student-epochs=2",
                        "--batch=20",
                        "--omit=3")
                .isDone();
    }

    @Test
    void eachWayIsTriedOnEachNumberOfImages() throws IOException {
        Outcome outcome =
                corrections("all", "--images=50,100,1000", "--draws=3").isDone();
        JsonArray rows = JsonParser.parseString(Files.readString(folder.resolve("all/corrections.json")))
                .getAsJsonObject()
                .getAsJsonArray("rows");
        assertEquals(2 + 3 * 5, rows.size());
        Set<String> methods = new TreeSet<>();
        for (int i = 0; i < rows.size(); i++) {
            JsonObject row = rows.get(i).getAsJsonObject();
            String method = row.get("method").getAsString();
            methods.add(method);
            int undefined = row.getAsJsonObject("undefined").entrySet().stream()
                    .mapToInt(entry -> entry.getValue().getAsInt())
                    .sum();
            boolean once = !row.has("images") || row.get("images").getAsInt() == 200;
            assertEquals(once ? 1 : 3, row.getAsJsonArray("errors").size() + undefined, row.toString());
        }
        assertEquals("[bbse, em, em-temperature, none, oracle, prior-match, vector]", methods.toString());
        outcome.out()
                .lines()
                .forEach(line -> assertTrue(line.length() <= 80 || line.contains(folder.toString()), line));
        assertEquals(
                1 + rows.size(),
                Files.readAllLines(folder.resolve("all/corrections.csv")).size());
        assertTrue(Files.exists(folder.resolve("all/comparisons.csv")));
    }

    @Test
    void waysAreComparedOverAllDraws() throws IOException {
        Outcome outcome = corrections("draws", "--images=100", "--draws=3").isDone();
        assertTrue(outcome.out().contains("COMPARED at 100 images, draw for draw"), outcome.out());
        assertTrue(outcome.out().contains("    prior-match, 3 draws: "), outcome.out());
        outcome.out()
                .lines()
                .forEach(line -> assertTrue(line.length() <= 80 || line.contains(folder.toString()), line));
        List<String> compared = Files.readAllLines(folder.resolve("draws/comparisons.csv"));
        assertTrue(compared.getFirst().contains(",draws,"), compared.getFirst());
        assertTrue(compared.get(1).contains(", none\",3,"), compared.get(1));
    }

    @Test
    void twiceIsTheSame() throws IOException {
        String[] some = {"--images=40,80", "--draws=2", "--correction=vector,em", "--train-images=200", "--on=held-out"
        };
        corrections("once", some).isDone();
        corrections("twice", some).isDone();
        assertEquals(
                Files.readString(folder.resolve("once/corrections.csv")),
                Files.readString(folder.resolve("twice/corrections.csv")));
    }

    /** It keeps nothing to go on from. */
    @Test
    void aStopEndsItWithOneLine() {
        Outcome outcome = Outcome.stoppedAfter(2, command("stopped", "--draws=10000"));
        assertEquals(INTERRUPTED, outcome.code(), outcome.err());
        assertEquals(
                List.of("retort: interrupted"),
                outcome.err()
                        .lines()
                        .filter(line -> line.startsWith("retort: "))
                        .toList());
        assertFalse(Files.exists(folder.resolve("stopped")));
    }

    @Test
    void whatCanNotBeCorrectedIsRefusedBeforeAnythingIsComputed() {
        corrections("held", "--on=held-out").isRefused(USAGE, "--on=held-out needs --train-images");
        run("other", "study", "corrections", "--teacher=" + teacher, teacher.toString())
                .isRefused(BAD_FILE, "names no class that it never saw");
        String same = student.resolveSibling(".").resolve(student.getFileName()).toString();
        corrections("same", same).isRefused(USAGE, same + " is there twice");
        corrections("none", "--images=0").isRefused(USAGE, "'0' is not a whole number");
        corrections("many", "--draws=2000000000").isRefused(USAGE, "--draws=2000000000 is too many, expected at most");
        corrections("magic", "--correction=magic").isRefused(USAGE, "'magic' is no correction without labels");
    }

    private static Outcome corrections(String out, String... more) {
        return Outcome.of(command(out, more));
    }

    private static String[] command(String out, String... more) {
        Stream<String> own = Stream.of("study", "corrections", "--teacher=" + teacher, student.toString());
        return withFolders(out, Stream.concat(own, Stream.of(more)));
    }

    private static Outcome run(String out, String... command) {
        return Outcome.of(withFolders(out, Stream.of(command)));
    }

    private static String[] withFolders(String out, Stream<String> command) {
        return Stream.concat(command, Stream.of("--data=" + data, "--out=" + folder.resolve(out)))
                .toArray(String[]::new);
    }
}
