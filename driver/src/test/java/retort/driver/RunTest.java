package retort.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.browser.Chromium;
import retort.driver.browser.Drawn;
import retort.driver.browser.Tab;
import retort.driver.config.ExperimentFile;
import retort.driver.data.SyntheticSet;
import retort.driver.job.Method;
import retort.nn.SafeTensors;

/** The whole job and its steps on a small set. */
class RunTest {
    private static final int USAGE = 2;
    private static final int TRAIN = 60;
    private static final int TEST = 40;
    private static final List<String> MODELS = List.of(
            "distilled.safetensors", "hard-labels-all.safetensors", "hard-labels.safetensors", "teacher.safetensors");

    /** Keys whose values are times, or counts of what fitted into a time. */
    static final Set<String> TIMES = Set.of(
            "seconds",
            "teachingShare",
            "imagesPerSecond",
            "calls",
            "medianMicros",
            "p10Micros",
            "p90Micros",
            "p99Micros",
            "teacherOverStudent");

    @TempDir
    private static Path folder;

    private static Path data;
    private static Path config;
    private static Path first;
    private static Path second;
    private static Outcome outcome;

    /** The job twice with one seed: on one thread, and on two. */
    @BeforeAll
    static void run() throws IOException {
        data = SyntheticSet.write(folder.resolve("digits"), TRAIN, TEST);
        config = Files.writeString(folder.resolve("small.toml"), smallStudents());
        first = folder.resolve("first");
        second = folder.resolve("second");
        outcome = Outcome.of(job(first, 1)).isDone();
        Outcome.of(job(second, 2)).isDone();
    }

    /** The notebook's recipe, of which a look takes the small students and not the wide ones. */
    private static String smallStudents() {
        String recipe = ExperimentFile.text("notebook");
        String small = recipe.replace(
                "\"distilled-wide\", \"hard-labels-wide\"]\nstudent-epochs = 10",
                "\"distilled\", \"hard-labels\", \"hard-labels-all\"]");
        assertNotEquals(recipe, small);
        return small;
    }

    private static String[] job(Path out, int threads) {
        return new String[] {
            "run",
            "--quick",
            "--config=" + config,
            "--backend=cpu-simd",
            "--threads=" + threads,
            "--seed=4",
            "--data=" + data,
            "--out=" + out
        };
    }

    @Test
    void writesReportTablesAndModelsAndNamesThem() throws IOException {
        Stream<String> tables = Stream.of(
                "bias-correction",
                "calibration",
                "comparisons",
                "confusion-distilled",
                "confusion-hard-labels",
                "confusion-hard-labels-all",
                "confusion-teacher",
                "epochs",
                "history",
                "latency",
                "students");
        assertEquals(
                Stream.of(MODELS.stream(), Stream.of("report.json", "report.html"), tables.map(table -> table + ".csv"))
                        .flatMap(files -> files)
                        .sorted()
                        .toList(),
                Outcome.files(first));
        for (String file : Outcome.files(first)) {
            assertTrue(outcome.out().contains("  " + first.resolve(file) + "\n"), outcome.out());
        }
        assertTrue(outcome.err().contains("teacher, epoch 1: loss "), outcome.err());
    }

    /** Every command's page, in a browser. */
    @Test
    void thePagesAreDrawn() throws IOException {
        Path teacher = first.resolve("teacher.safetensors");
        Path trained = folder.resolve("page of train");
        Path distilled = folder.resolve("page of distill");
        Path timed = folder.resolve("page of latency");
        step(trained, "train", "--model=student", "--seed=4");
        step(distilled, "distill", "--teacher=" + teacher, "--seed=4");
        step(timed, "latency", "--quick", "--backend=cpu-simd", "--teacher=" + teacher);
        Map<Path, Integer> charts = Map.of(first, 8, trained, 4, distilled, 5, timed, 2);
        try (Chromium browser = Chromium.start(folder.resolve("profile"))) {
            for (Map.Entry<Path, Integer> page : charts.entrySet()) {
                try (Tab tab = browser.open(page.getKey().resolve("report.html").toUri(), 1400, false)) {
                    Drawn.check(tab, page.getValue());
                }
            }
        }
    }

    @Test
    void theReportHasEveryPart() throws IOException {
        JsonObject report = report(first);
        assertEquals(
                List.of(
                        "schemaVersion",
                        "command",
                        "recipe",
                        "seed",
                        "quick",
                        "environment",
                        "config",
                        "commandLine",
                        "teacher",
                        "softLabels",
                        "students",
                        "latency",
                        "latencyRatio",
                        "latencySkipped"),
                List.copyOf(report.keySet()));
        assertEquals(
                "digits", report.getAsJsonObject("environment").get("dataset").getAsString());
        assertEquals(4, report.get("seed").getAsInt());
        JsonObject teacher = report.getAsJsonObject("teacher");
        assertEquals(27_413_130, teacher.get("parameters").getAsInt());
        assertEquals(48, teacher.get("trainImages").getAsInt());
        assertTrue(teacher.getAsJsonArray("epochs").get(0).getAsJsonObject().has("validationLoss"));
        assertEquals(TRAIN, report.getAsJsonObject("softLabels").get("images").getAsInt());
        assertEquals(List.of(1, 32, TEST, 1, 32, TEST), ints(report.getAsJsonArray("latency"), "batch"));
        assertEquals(List.of(1, 32, TEST), ints(report.getAsJsonArray("latencyRatio"), "batch"));
        assertEquals(0, report.getAsJsonArray("latencySkipped").size());
    }

    @Test
    void theStudentsAreTheThreeOfTheRecipe() throws IOException {
        JsonArray students = report(first).getAsJsonArray("students");
        assertEquals(
                List.of("distilled soft [3] 54", "hard-labels hard [3] 54", "hard-labels-all hard [] 60"),
                objects(students)
                        .map(s -> s.get("name").getAsString() + " "
                                + s.get("labels").getAsString() + " " + s.get("omitted") + " " + s.get("trainImages"))
                        .toList());
        JsonObject distilled = students.get(0).getAsJsonObject();
        assertEquals(
                3,
                distilled
                        .getAsJsonObject("crossValidation")
                        .getAsJsonArray("folds")
                        .size());
        for (int i = 0; i < 2; i++) {
            List<String> methods = objects(students.get(i).getAsJsonObject().getAsJsonArray("biasCorrection"))
                    .map(correction -> correction.get("method").getAsString())
                    .toList();
            assertEquals(List.of("oracle", "prior-match"), methods);
        }
        assertFalse(students.get(2).getAsJsonObject().has("biasCorrection"));
    }

    /** Confusion matrices sum to the test set, recall is its row's, errors are what is off the diagonal. */
    @Test
    void everyTestInTheReportAgreesWithItself() throws IOException {
        List<JsonObject> tests = tests(report(first)).toList();
        assertEquals(1 + 3 + 4, tests.size());
        for (JsonObject test : tests) {
            int all = 0;
            int right = 0;
            for (int c = 0; c < 10; c++) {
                JsonArray row = test.getAsJsonArray("confusion").get(c).getAsJsonArray();
                int images = 0;
                for (JsonElement predicted : row) {
                    images += predicted.getAsInt();
                }
                int hits = row.get(c).getAsInt();
                assertEquals(TEST / 10, images);
                assertEquals(
                        hits / (double) images,
                        test.getAsJsonArray("recall").get(c).getAsDouble());
                all += images;
                right += hits;
            }
            assertEquals(TEST, all);
            assertEquals(TEST, test.get("images").getAsInt());
            assertEquals(TEST - right, test.get("errors").getAsInt());
            assertEquals(right / (double) TEST, test.get("accuracy").getAsDouble());
        }
    }

    @Test
    void theOracleIsNoWorseThanNoBiasAndThanPriorMatch() throws IOException {
        for (JsonObject student :
                objects(report(first).getAsJsonArray("students")).limit(2).toList()) {
            JsonArray corrections = student.getAsJsonArray("biasCorrection");
            int oracle = errors(corrections.get(0));
            assertTrue(oracle <= errors(student), student.toString());
            assertTrue(oracle <= errors(corrections.get(1)), student.toString());
        }
    }

    /** Everything but times, and how many threads there were. */
    @Test
    void theSameSeedGivesTheSameReportOnAnyNumberOfThreads() throws IOException {
        JsonObject one = withoutTimes(report(first)).getAsJsonObject();
        JsonObject two = withoutTimes(report(second)).getAsJsonObject();
        assertEquals(1, one.getAsJsonObject("environment").remove("threads").getAsInt());
        assertEquals(2, two.getAsJsonObject("environment").remove("threads").getAsInt());
        one.remove("commandLine");
        two.remove("commandLine");
        String config = one.remove("config").getAsString();
        assertEquals(
                config.replace("threads = 1", "threads = 2"),
                two.remove("config").getAsString());
        assertEquals(one, two);
    }

    @Test
    void theSameSeedGivesTheSameModelFilesOnAnyNumberOfThreads() throws IOException {
        for (String model : MODELS) {
            assertEquals(-1, Files.mismatch(first.resolve(model), second.resolve(model)), model);
        }
    }

    @Test
    void modelFilesSayWhatTheyAre() {
        Map<String, String> metadata =
                SafeTensors.read(first.resolve("distilled.safetensors")).metadata();
        assertEquals(
                Map.of(
                        "architecture",
                        "input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10",
                        "temperature",
                        "3.5",
                        "omitted",
                        "3",
                        "recipe",
                        "notebook",
                        "dataset",
                        "digits",
                        "seed",
                        "4",
                        "predictionTemperature",
                        "3.5",
                        "epochs",
                        "3"),
                metadata);
    }

    @Test
    void distillFromTheTeachersFileGivesTheRunsStudent() throws IOException {
        Path out = folder.resolve("distilled again");
        step(out, "distill", "--teacher=" + first.resolve("teacher.safetensors"), "--seed=4");
        assertEquals(-1, Files.mismatch(first.resolve("distilled.safetensors"), out.resolve("distilled.safetensors")));
        assertEquals(
                withoutTimes(report(first).getAsJsonArray("students").get(0)),
                withoutTimes(report(out).getAsJsonArray("students").get(0)));
    }

    @Test
    void eachMethodOfDistillationGivesAnotherStudent() throws IOException {
        Path teacher = first.resolve("teacher.safetensors");
        List<byte[]> students = new ArrayList<>();
        for (Method method : Method.values()) {
            Path out = folder.resolve("by " + method);
            step(out, "distill", "--teacher=" + teacher, "--seed=4", "--method=" + method.id());
            JsonObject student = report(out).getAsJsonArray("students").get(0).getAsJsonObject();
            assertEquals(method.labels(), student.get("labels").getAsString());
            assertEquals(method.distils(), student.has("method"));
            students.add(Files.readAllBytes(out.resolve("distilled.safetensors")));
        }
        assertEquals(
                Method.values().length,
                students.stream().map(Arrays::hashCode).distinct().count());
    }

    /** The paper's students are wide, trained by plain softmax and not cross-validated. */
    @Test
    void thePapersRecipeRunsToo() throws IOException {
        Path out = folder.resolve("hinton2015");
        Outcome run = step(out, "run", "--recipe=hinton2015", "--quick", "--backend=cpu-simd", "--epochs=1");
        JsonObject report = report(out);
        assertEquals("hinton2015", report.get("recipe").getAsString());
        assertEquals(
                2_395_210, report.getAsJsonObject("teacher").get("parameters").getAsInt());
        assertEquals(TRAIN, report.getAsJsonObject("teacher").get("trainImages").getAsInt());
        JsonObject distilled = report.getAsJsonArray("students").get(0).getAsJsonObject();
        assertEquals(1_276_810, distilled.get("parameters").getAsInt());
        assertEquals(20, distilled.get("temperature").getAsInt());
        assertFalse(distilled.has("crossValidation"));
        assertFalse(run.out().contains("So small a student"));
    }

    @Test
    void trainGivesTheRunsStudentsFromTrueLabels() throws IOException {
        Path out = folder.resolve("hard");
        step(out, "train", "--model=student", "--seed=4");
        step(out, "train", "--model=student", "--seed=4", "--omit=none", "--force");
        for (String model : List.of("hard-labels.safetensors", "hard-labels-all.safetensors")) {
            assertEquals(-1, Files.mismatch(first.resolve(model), out.resolve(model)), model);
        }
        step(out, "train", "--model=student", "--seed=5", "--force");
        assertNotEquals(
                -1, Files.mismatch(first.resolve("hard-labels.safetensors"), out.resolve("hard-labels.safetensors")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"distilled", "hard-labels-all"})
    void evaluateFindsWhatTheRunFound(String name) throws IOException {
        Path out = folder.resolve("evaluation of " + name);
        Outcome evaluation = step(out, "evaluate", "--model=" + first.resolve(name + ".safetensors"));
        assertTrue(evaluation.out().startsWith("Retort evaluate, recipe notebook, seed 4\n"), evaluation.out());
        JsonObject evaluated = report(out).getAsJsonObject("evaluated");
        JsonObject student = objects(report(first).getAsJsonArray("students"))
                .filter(each -> each.get("name").getAsString().equals(name))
                .findFirst()
                .orElseThrow();
        assertEquals(student.get("test"), evaluated.get("test"));
        assertEquals(4, report(out).get("seed").getAsInt());
        assertEquals(
                List.of("calibration.csv", "confusion-" + name + ".csv", "report.html", "report.json"),
                Outcome.files(out));
    }

    @Test
    void latencyTakesModelFilesAndLeavesNoneBehind() throws IOException {
        Path out = folder.resolve("latency");
        String student = "--student=" + first.resolve("distilled.safetensors");
        String teacher = "--teacher=" + first.resolve("hard-labels.safetensors");
        step(out, "latency", "--quick", "--backend=cpu-simd,cpu-scalar", student, teacher);
        JsonObject report = report(out);
        assertEquals(
                List.of("cpu-simd", "cpu-scalar"),
                objects(report.getAsJsonArray("latency"))
                        .map(each -> each.get("backend").getAsString())
                        .distinct()
                        .toList());
        assertEquals(6, report.getAsJsonArray("latencyRatio").size());
        assertEquals(List.of("latency.csv", "report.html", "report.json"), Outcome.files(out));
    }

    @Test
    void jsonOnStdoutIsTheReportAndNothingElse() throws IOException {
        Path out = folder.resolve("json");
        Outcome json = step(out, "train", "--model=student", "--json");
        assertEquals(Files.readString(out.resolve("report.json")), json.out());
    }

    /** Neither a report nor a model, which may be of another command. */
    @Test
    void whatIsThereIsOverwrittenOnlyByForce() throws IOException {
        Path out = folder.resolve("taken");
        step(out, "train", "--model=student", "--omit=none", "--student-epochs=1");
        byte[] model = Files.readAllBytes(out.resolve("hard-labels-all.safetensors"));
        String[] other = {"train", "--model=student", "--omit=none", "--seed=1", "--data=" + data, "--out=" + out};
        String problem = "--out=" + out + ": the folder holds bias-correction.csv already";
        Outcome.of(other).isRefused(USAGE, problem, "--force");
        Files.delete(out.resolve("report.json"));
        Outcome.of(other).isRefused(USAGE, problem);
        assertArrayEquals(model, Files.readAllBytes(out.resolve("hard-labels-all.safetensors")));
        Outcome.of(with(other, "--force")).isDone();
        assertFalse(Arrays.equals(model, Files.readAllBytes(out.resolve("hard-labels-all.safetensors"))));
    }

    @Test
    void aLaterOptionReplacesAnEarlierOne() throws IOException {
        Path out = folder.resolve("twice");
        step(out, "train", "--model=student", "--omit=0,1,2,3,4", "--omit=5,6,7,8,9", "--student-epochs=1");
        JsonElement student = report(out).getAsJsonArray("students").get(0);
        assertEquals("[5,6,7,8,9]", student.getAsJsonObject().get("omitted").toString());
    }

    private static String[] with(String[] args, String more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }

    private static Outcome step(Path out, String... args) {
        Stream<String> common = Stream.of("--threads=1", "--data=" + data, "--out=" + out);
        return Outcome.of(Stream.concat(Stream.of(args), common).toArray(String[]::new))
                .isDone();
    }

    private static JsonObject report(Path out) throws IOException {
        return JsonParser.parseString(Files.readString(out.resolve("report.json")))
                .getAsJsonObject();
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsJsonObject);
    }

    private static List<Integer> ints(JsonArray array, String key) {
        return objects(array).map(each -> each.get(key).getAsInt()).toList();
    }

    private static int errors(JsonElement tested) {
        return tested.getAsJsonObject().getAsJsonObject("test").get("errors").getAsInt();
    }

    /** Every value of a key "test", wherever it is. */
    private static Stream<JsonObject> tests(JsonElement element) {
        if (element.isJsonArray()) {
            return element.getAsJsonArray().asList().stream().flatMap(RunTest::tests);
        }
        if (!element.isJsonObject()) {
            return Stream.of();
        }
        return element.getAsJsonObject().entrySet().stream()
                .flatMap(entry -> entry.getKey().equals("test")
                        ? Stream.of(entry.getValue().getAsJsonObject())
                        : tests(entry.getValue()));
    }

    private static JsonElement withoutTimes(JsonElement element) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(RunTest::withoutTimes);
        } else if (element.isJsonObject()) {
            JsonObject object = element.getAsJsonObject();
            TIMES.forEach(object::remove);
            object.entrySet().forEach(entry -> withoutTimes(entry.getValue()));
        }
        return element;
    }
}
