package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Layer;
import retort.nn.Sequential;

/** {@code retort study}, from its command line to its files. */
class StudyTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final String[] SWEEP = {
        "sweep", "--temperature=2,20", "--width=10", "--omit=none,3", "--method=soft-targets,hard-labels"
    };

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void write() throws IOException {
        data = SyntheticSet.write(folder.resolve("digits"), 60, 40);
    }

    @Test
    void thePapersExperimentsAreAllThere() throws IOException {
        Path out = folder.resolve("paper");
        Outcome outcome = done(out, "hinton2015", "--seeds=2");
        JsonObject study = study(out);
        assertEquals("hinton2015", study.get("study").getAsString());
        List<JsonObject> experiments = objects(study.getAsJsonArray("experiments"));
        assertEquals(
                List.of(
                        "teacher",
                        "student-hard",
                        "student-distilled",
                        "omit3",
                        "omit3-oracle",
                        "omit3-prior",
                        "only78",
                        "only78-oracle"),
                experiments.stream()
                        .limit(8)
                        .map(e -> e.get("id").getAsString())
                        .toList());
        for (JsonObject experiment : experiments) {
            // A teacher of so few images may never say 3: then no bias is defined for its student.
            int seeds = experiment.getAsJsonArray("seeds").size();
            assertTrue(seeds == 2 || experiment.get("id").getAsString().endsWith("-prior"), experiment.toString());
            assertEquals(seeds, experiment.getAsJsonArray("errors").size(), experiment.toString());
            assertTrue(outcome.out().contains(experiment.get("id").getAsString()));
        }
        JsonElement seven = objects(study.getAsJsonArray("cells")).get(3).get("trainImages");
        assertEquals(12, seven.getAsInt());
    }

    @Test
    void theLongRecipesStudentsAreTaughtTheViewsThatTheyAreShown() throws IOException {
        Path out = folder.resolve("long");
        Outcome outcome = done(out, "hinton2015", "--recipe=hinton2015-long", "--wide-only");
        JsonObject study = study(out);
        JsonObject settings = study.getAsJsonObject("settings");
        assertEquals("hinton2015-long", settings.get("recipe").getAsString());
        String student = settings.get("student").getAsString();
        assertTrue(student.contains("elastic 20.0, each view labelled by the teacher"), student);
        String plain = student.substring(student.indexOf("; without a teacher "));
        assertTrue(plain.contains("1 epoch of batch 16") && !plain.contains("elastic"), student);
        assertEquals(4, study.getAsJsonArray("cells").size());
        assertTrue(outcome.out().contains("student-distilled"));
        Outcome.of(command(out, "hinton2015", "--wide-only", "--resume"))
                .isRefused(BAD_FILE, "study.json: was made with recipe hinton2015-long, expected hinton2015");
        Path joined = folder.resolve("joined");
        Outcome.of("study", "merge", out.toString(), "--out=" + joined).isDone();
        assertEquals(study.get("experiments"), study(joined).get("experiments"));
    }

    @Test
    void aSweepLeavesTablesAndAPage() throws IOException {
        Path out = folder.resolve("sweep");
        Outcome outcome = done(out, SWEEP);
        List<String> files = Outcome.files(out);
        assertTrue(
                files.containsAll(
                        List.of("study.json", "cells.csv", "students.csv", "report.html", "teacher-seed0.safetensors")),
                files.toString());
        String page = Files.readString(out.resolve("report.html"));
        assertTrue(page.contains("Recall on what was never seen, % (method soft-targets)"));
        assertTrue(page.contains("retort study sweep --temperature=2,20 "));
        assertEquals(1 + 4 + 2, Files.readAllLines(out.resolve("cells.csv")).size());
        for (String file :
                files.stream().filter(file -> !file.endsWith("safetensors")).toList()) {
            assertTrue(outcome.out().contains(out.resolve(file).toString()), file);
        }
    }

    /** Nor the classes that would look for them. */
    @Test
    void aStudyNeedsNeitherADisplayNorFonts() throws IOException, InterruptedException {
        Path out = folder.resolve("sweep");
        Path log = folder.resolve("classes");
        List<String> options = List.of("--add-modules=jdk.incubator.vector", "-Xlog:class+load:file=" + log);
        try (Outcome.Forked study =
                Outcome.Forked.start(folder, Map.of("DISPLAY", ":99"), options, command(out, SWEEP))) {
            study.end().isDone();
        }
        assertTrue(Outcome.files(out).contains("report.html"));
        List<String> drawing = Files.readAllLines(log).stream()
                .filter(line -> line.matches(".*\\s(java\\.awt|sun\\.awt|sun\\.font|sun\\.java2d)\\..*"))
                .toList();
        assertEquals(List.of(), drawing);
        assertTrue(Files.readString(log).contains(" retort.driver.page.Page "), "the log names classes otherwise");
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws IOException {
        Path out = folder.resolve("sweep");
        done(out, SWEEP);
        JsonObject before = study(out);
        Outcome again = done(out, with(SWEEP, "--resume"));
        assertEquals(before, study(out));
        assertTrue(again.err().contains("6 of 6 students are there"), again.err());
        assertFalse(again.err().contains("of 6, "), again.err());
    }

    @Test
    void shardsMergedAreTheWhole() throws IOException {
        Path whole = folder.resolve("whole");
        done(whole, SWEEP);
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        done(first, with(SWEEP, "--shard=0/2"));
        done(second, with(SWEEP, "--shard=1/2"));
        Path joined = folder.resolve("joined");
        Outcome.of(
                        "study",
                        "merge",
                        first.toString(),
                        second.resolve("study.json").toString(),
                        "--out=" + joined)
                .isDone();
        assertEquals(untimed(study(whole)), untimed(study(joined)));
        assertTrue(Outcome.files(joined).contains("cells.csv"));
    }

    @Test
    void refusesToMergeWhatDisagrees() throws IOException {
        Path out = folder.resolve("sweep");
        done(out, SWEEP);
        String json = Files.readString(out.resolve("study.json"));
        Path other = Files.createDirectory(folder.resolve("other")).resolve("study.json");
        Files.writeString(other, json.replaceFirst("\"accuracy\": [0-9.]+", "\"accuracy\": 0.125"));
        mergeRefused(out, other, other + ": has another result for ");
        Files.writeString(other, json.replace("\"schemaVersion\": 1", "\"schemaVersion\": 9"));
        mergeRefused(out, other, other + ": is a study of version 9, expected 1");
        Files.writeString(
                other, json.replace("\"trainImages\": 60,\n    \"teacher\"", "\"trainImages\": 61,\n    \"teacher\""));
        mergeRefused(out, other, other + ": was made with trainImages 61, expected 60");
        mergeRefused(out, folder.resolve("none"), "none: can't be read");
    }

    @Test
    void aStudyThatIsThereIsContinuedOrOverwrittenOnlyWhereTheUserSaysSo() throws IOException {
        Path out = folder.resolve("sweep");
        done(out, SWEEP);
        Outcome.of(command(out, SWEEP)).isRefused(USAGE, "the folder holds cells.csv already", "--force", "--resume");
        Outcome again = done(out, with(SWEEP, "--force"));
        assertTrue(again.err().contains("6 of 6, "), again.err());
    }

    /** Under the same names: a seed's teacher that was replaced, a data set that was written anew. */
    @Test
    void refusesToContinueAStudyWithAnotherTeacherOrOtherData() throws IOException {
        Path out = folder.resolve("sweep");
        done(out, SWEEP);
        String before = Files.readString(out.resolve("study.json"));
        String[] more = {"sweep", "--temperature=2", "--width=12", "--resume"};
        Path teacher = out.resolve("teacher-seed0.safetensors");
        byte[] bytes = Files.readAllBytes(teacher);
        byte[] other = bytes.clone();
        other[other.length - 1] ^= 1;
        Files.write(teacher, other);
        Outcome replaced = Outcome.of(command(out, more));
        assertEquals(BAD_FILE, replaced.code(), replaced.err());
        String problem = "retort: " + teacher + ": is not the teacher that taught seed 0: its SHA-256 is ";
        assertTrue(replaced.err().lines().toList().getLast().startsWith(problem), replaced.err());
        Files.write(teacher, bytes);
        data = SyntheticSet.write(folder.resolve("anew").resolve("digits"), 60, 50);
        Outcome.of(command(out, more)).isRefused(BAD_FILE, "study.json: was made with data CRC-32 ", "as asked for");
        assertEquals(before, Files.readString(out.resolve("study.json")));
    }

    @Test
    void refusesToContinueAStudyWithOtherSettings() throws IOException {
        Path out = folder.resolve("sweep");
        done(out, SWEEP);
        String before = Files.readString(out.resolve("study.json"));
        Outcome.of(command(out, with(with(SWEEP, "--resume"), "--batch=9")))
                .isRefused(BAD_FILE, "study.json: was made with teacher", "as asked for");
        Outcome.of(command(out, "hinton2015", "--resume"))
                .isRefused(BAD_FILE, "study.json: is of the study sweep, expected hinton2015");
        Outcome.of(command(out, with(with(SWEEP, "--resume"), "--correction=em")))
                .isRefused(
                        BAD_FILE,
                        "study.json: was made with corrections oracle,prior-match, expected oracle,prior-match,em as"
                                + " asked for");
        assertEquals(before, Files.readString(out.resolve("study.json")));
    }

    /** The digest, which it has, tells whether they differ. */
    @Test
    void aStudyThatDoesNotSayItsCorrectionsIsContinued() throws IOException {
        Path out = folder.resolve("sweep");
        done(out, SWEEP);
        Path file = out.resolve("study.json");
        Files.writeString(
                file, Files.readString(file).replaceFirst(" *\"corrections\": \"oracle,prior-match\",\n", ""));
        assertFalse(study(out).getAsJsonObject("settings").has("corrections"));
        Outcome.of(command(out, with(with(SWEEP, "--resume"), "--correction=em")))
                .isRefused(BAD_FILE, "study.json: was made with digest SHA-256 ");
        assertTrue(done(out, with(SWEEP, "--resume")).err().contains("6 of 6 students are there"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sweep --temperature=0 | '0' is not a temperature from 0.001 to 1000",
                "sweep --temperature=1,-2 | '-2' is not a temperature from 0.001 to 1000",
                "sweep --omit=0+1+2+3+4+5+6+7+8+9 | leaves no class to learn",
                "sweep --omit=3,,7 | is not a list of sets of classes",
                "sweep --omit=10 | --omit=10: MNIST has the classes 0 to 9",
                "sweep --method=guess | 'guess' is no method, expected one of soft-targets",
                "sweep --alpha=0.5 | --alpha=0.5 is for --method=soft-and-hard only",
                "sweep --method=soft-and-hard --alpha=1.5 | '1.5' is not a number from 0 to 1",
                "sweep --method=hard-labels --consistent | --consistent is for students that have a teacher",
                "sweep --omit=none --correction=em | --correction is for students that never see a class",
                "sweep --omit=none --correction-images=9 | --correction-images is for students that never see a class",
                "sweep --shard=2/2 | shard 2/2 is out of range",
                "sweep --shard=1 | '1' is not I/N",
                "sweep --width=0 | '0' is not a whole number of 1 or more",
                "sweep --seeds=0 | is neither a count of seeds",
                "sweep --seeds=5-3 | is neither a count of seeds",
                "sweep --seeds=1000001 | '1000001' is too many seeds, expected at most 1000000",
                "sweep --seeds=5000000 --shard=4999999/5000000 | '5000000' is too many seeds, expected at most 1000000",
                "hinton2015 --seeds=3,1-1000000,0 | is too many seeds, expected at most 1000000",
                "hinton2015 --seeds=a | is neither a count of seeds",
                "hinton2015 --temperature=3 | --temperature",
                "hinton2015 --recipe=notebook | --recipe=notebook is not for studies, expected one of hinton2015, hinton2015-long",
                "sweep --recipe=hinton2014 | did you mean hinton2015?",
                "merge | STUDY",
                "none | none"
            })
    void refusesWhatMakesNoSense(String args, String problem) {
        String[] words = ("study " + args).split(" ");
        Outcome.of(words).isRefused(USAGE, problem);
    }

    @Test
    void aStudyHasToBeNamed() {
        Outcome.of("study").isRefused(USAGE, "a study is needed: hinton2015, sweep, corrections or merge");
    }

    @Test
    void refusesATeacherThatIsNoModel() {
        Path out = folder.resolve("out");
        Outcome.of(command(out, "sweep", "--teacher=" + folder.resolve("none"))).isRefused(BAD_FILE, "none: ");
        assertFalse(Files.exists(out));
    }

    @Test
    void refusesATeacherOfOtherImages() {
        Path small = folder.resolve("small.safetensors");
        Architecture architecture = Architecture.of(Shape.of(14, 14, 1), new Layer.Flatten(), new Layer.Dense(10));
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, new Backends.Options(1, null));
                Sequential model = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 0)) {
            model.save(small, Map.of());
        }
        Path out = folder.resolve("out");
        Outcome.of(command(out, "sweep", "--teacher=" + small))
                .isRefused(BAD_FILE, small + ": maps 14 x 14 x 1 to 10, expected 28 x 28 x 1 to 10");
        assertFalse(Files.exists(out));
    }

    private void mergeRefused(Path first, Path second, String problem) {
        Path out = folder.resolve("merged");
        Outcome.of("study", "merge", first.toString(), second.toString(), "--out=" + out)
                .isRefused(BAD_FILE, problem);
        assertFalse(Files.exists(out));
    }

    private Outcome done(Path out, String... args) {
        return Outcome.of(command(out, args)).isDone();
    }

    private String[] command(Path out, String... args) {
        Stream<String> common = Stream.of(
                "--data=" + data,
                "--out=" + out,
                "--threads=1",
                "--epochs=1",
                "--student-epochs=1",
                args[args.length - 1].startsWith("--batch") ? args[args.length - 1] : "--batch=16");
        return Stream.of(Stream.of("study"), Stream.of(args), common)
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    private static String[] with(String[] args, String more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }

    private static JsonObject study(Path out) throws IOException {
        return JsonParser.parseString(Files.readString(out.resolve("study.json")))
                .getAsJsonObject();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    static JsonElement untimed(JsonElement element) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(StudyTest::untimed);
        } else if (element.isJsonObject()) {
            element.getAsJsonObject().remove("seconds");
            element.getAsJsonObject().entrySet().forEach(entry -> untimed(entry.getValue()));
        }
        return element;
    }
}
