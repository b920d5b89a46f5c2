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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.data.SyntheticSet;
import retort.driver.statistics.ErrorSet;

class CompareTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final int TERMINAL = 80;

    @TempDir
    private Path folder;

    private Path first;
    private Path second;

    @BeforeEach
    void train() throws IOException {
        Path data = SyntheticSet.write(folder.resolve("digits"), 60, 40);
        first = train(data, "first", "--seed=0");
        second = train(data, "second", "--seed=1");
    }

    private Path train(Path data, String name, String seed) {
        Path out = folder.resolve(name);
        Outcome.of(
                        "train",
                        "--model=student",
                        "--data=" + data,
                        "--student-epochs=1",
                        "--threads=1",
                        seed,
                        "--out=" + out)
                .isDone();
        return out;
    }

    @Test
    void whatDiffersComesFirstAndFitsATerminal() {
        String text = Outcome.of(
                        "compare",
                        first.toString(),
                        second.resolve("report.json").toString())
                .isDone()
                .out();
        List<String> lines = text.lines().toList();
        assertEquals("A  " + first.resolve("report.json"), lines.getFirst());
        lines.stream()
                .filter(line -> !line.contains(folder.toString()))
                .forEach(line -> assertTrue(line.length() <= TERMINAL, line));
        int configuration = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("CONFIGURATION"))
                .findFirst()
                .orElseThrow());
        assertTrue(lines.get(configuration + 1).matches("  seed +0 +1"), text);
        assertTrue(text.matches("(?s).*  the same: \\d+ others\n.*"), text);
        assertTrue(text.contains("hard-labels: test errors"), text);
    }

    @Test
    void jsonHasAValueOfEachReport() {
        JsonObject json = JsonParser.parseString(Outcome.of("compare", "--json", first.toString(), second.toString())
                        .isDone()
                        .out())
                .getAsJsonObject();
        assertEquals(
                List.of("reports", "configuration", "environment", "results", "tests"), List.copyOf(json.keySet()));
        JsonObject seed = row(json.getAsJsonArray("configuration"), "seed");
        assertTrue(seed.get("differs").getAsBoolean());
        assertEquals("[\"0\",\"1\"]", seed.get("values").toString());
        JsonObject parameters = row(json.getAsJsonArray("results"), "hard-labels: parameters");
        assertFalse(parameters.get("differs").getAsBoolean());
        assertEquals(8070, parameters.getAsJsonArray("values").get(0).getAsInt());
    }

    /** The same number of errors on other images shows nothing; 20 errors against none of these are no chance. */
    @ParameterizedTest
    @CsvSource({"20, 40, 20, 20, 1, not shown to differ", "40, 40, 20, 0, 1.90734863281E-6, B is better"})
    void modelsAreHeldAgainstEachOtherImageForImage(int from, int to, int onlyA, int onlyB, double p, String verdict)
            throws IOException {
        Path a = wrong("a", 0, 20);
        Path b = wrong("b", from, to);
        JsonObject test = JsonParser.parseString(Outcome.of("compare", "--json", a.toString(), b.toString())
                        .isDone()
                        .out())
                .getAsJsonObject()
                .getAsJsonArray("tests")
                .get(0)
                .getAsJsonObject();
        assertEquals("hard-labels", test.get("model").getAsString());
        assertEquals(40, test.get("images").getAsInt());
        assertEquals(onlyA, test.get("onlyA").getAsInt());
        assertEquals(onlyB, test.get("onlyB").getAsInt());
        assertEquals(p, test.get("p").getAsDouble(), 1e-9);
        assertEquals(verdict.startsWith("B"), test.has("better"));
        String text = Outcome.of("compare", a.toString(), b.toString()).isDone().out();
        assertTrue(
                text.matches("(?s).*\nIMAGE FOR IMAGE: .* 1 in all.*  hard-labels +" + onlyA + " +" + onlyB + " .*"),
                text);
        assertTrue(text.contains(verdict), text);
        text.lines().skip(2).forEach(line -> assertTrue(line.length() <= TERMINAL, line));
        Outcome.of("compare", a.toString(), b.toString(), "--out=" + folder.resolve("page"))
                .isDone();
        assertTrue(Files.readString(folder.resolve("page/comparison.html")).contains(verdict));
    }

    @Test
    void modelsOfOtherTestImagesAreNot() throws IOException {
        Path a = wrong("a", 0, 20);
        Path other = Files.writeString(
                folder.resolve("other.json"),
                Files.readString(a).replaceFirst("\"dataset\":\\s*\"[^\"]*\"", "\"dataset\":\"other\""));
        String text =
                Outcome.of("compare", a.toString(), other.toString()).isDone().out();
        assertFalse(text.contains("IMAGE FOR IMAGE"), text);
    }

    /** The first report, whose student names the test images of some numbers wrong. */
    private Path wrong(String name, int from, int to) throws IOException {
        JsonObject report = JsonParser.parseString(Files.readString(first.resolve("report.json")))
                .getAsJsonObject();
        JsonObject test =
                report.getAsJsonArray("students").get(0).getAsJsonObject().getAsJsonObject("test");
        test.addProperty("errors", to - from);
        ErrorSet wrong = ErrorSet.of(40, i -> i >= from && i < to);
        test.getAsJsonObject("wrong").addProperty("bits", wrong.bits());
        return Files.writeString(folder.resolve(name + ".json"), report.toString());
    }

    @Test
    void aPageAndTablesAreWrittenWhereTheUserSaysSo() throws IOException {
        Path out = folder.resolve("comparison");
        Outcome.of("compare", first.toString(), second.toString(), "--out=" + out)
                .isDone();
        assertEquals(List.of("comparison.csv", "comparison.html", "comparison.json"), Outcome.files(out));
        assertTrue(Files.readString(out.resolve("comparison.html"))
                .contains("2 reports; differences: 1 in configuration, "));
        Outcome.of("compare", first.toString(), second.toString(), "--out=" + out)
                .isRefused(USAGE, "the folder holds comparison.csv already", "--force");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"schemaVersion\": 1, \"study\": \"sweep\"} | is a study, expected a report of run",
                "{\"schemaVersion\": 1, \"peaks\": []} | is of bench, expected a report of run",
                "{\"schemaVersion\": 9, \"command\": \"run\"} | is a report of version 9, expected 1",
                "{\"schemaVersion\": 1, \"command\": \"run\"} | is no report that retort wrote: quick is missing",
                "{\"schemaVersion\": 1, \"command\": \"run\", \"environment\": {}} | is no report that retort wrote: environment.backend",
                "{\"schemaVersion\": 1, \"command\": \"run\", \"environment\": {}, \"students\": 3} | is no report",
                "{\"schemaVersion\": 1} | is no report",
                "[] | is no report",
                "Dear reader, | is no report"
            })
    void filesOfOtherKindsAreRefused(String text, String problem) throws IOException {
        Path other = Files.writeString(folder.resolve("other.json"), text);
        Outcome.of("compare", first.toString(), other.toString()).isRefused(BAD_FILE, other + ": " + problem);
    }

    /** Models are held against each other image for image. */
    @Test
    void modelsThatWereTestedOnOtherImagesAreRefused() throws IOException {
        JsonObject report = JsonParser.parseString(Files.readString(first.resolve("report.json")))
                .getAsJsonObject();
        JsonArray students = report.getAsJsonArray("students");
        JsonObject other = students.get(0).getAsJsonObject().deepCopy();
        students.add(other);
        JsonObject test = other.getAsJsonObject("test");
        int images = test.get("images").getAsInt();
        test.addProperty("images", images + 1);
        test.getAsJsonObject("wrong").addProperty("images", images + 1);
        Path odd = Files.writeString(folder.resolve("odd.json"), report.toString());
        Outcome.of("compare", first.toString(), odd.toString())
                .isRefused(BAD_FILE, odd + ": is no report that retort wrote: its models were not tested on the same");
    }

    /** They could move the cursor, change colours, or hide what stands before them. */
    @Test
    void controlCharactersOfAReportDoNotReachTheTerminal() throws IOException {
        String text = Files.readString(first.resolve("report.json"))
                .replaceFirst("\"cpu\": \"", "\"cpu\": \"\\\\u001b[2J\\\\u009b1A\\\\u202edeaf");
        Path odd = Files.writeString(folder.resolve("odd\033[31m.json"), text);
        String out = Outcome.of("compare", odd.toString(), second.toString())
                .isDone()
                .out();
        assertTrue(out.contains("odd\\u001b[31m.json"), out);
        assertTrue(out.contains("\\u001b[2J\\u009b1A\\u202edeaf"), out);
        assertTrue(out.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c) && c != 0x202E), out);
    }

    @Test
    void oneReportOrNoneIsNotCompared() {
        Outcome.of("compare", first.toString()).isRefused(USAGE, "REPORT");
        Outcome.of("compare", first.toString(), first.toString()).isRefused(USAGE, "is there twice");
        Outcome.of("compare", first.toString(), folder.resolve("none").toString())
                .isRefused(BAD_FILE, "none: can't be read: no such file or folder");
        Outcome.of("compare", first.toString(), folder.toString())
                .isRefused(BAD_FILE, folder + ": the folder holds no report.json");
    }

    private static JsonObject row(JsonArray rows, String name) {
        return rows.asList().stream()
                .map(element -> element.getAsJsonObject())
                .filter(row -> row.get("name").getAsString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
