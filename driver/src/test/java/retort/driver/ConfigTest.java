package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.config.ExperimentFile;
import retort.driver.data.SyntheticSet;

/** Experiments from files. */
class ConfigTest {
    private static final int WRONG_USAGE = 2;
    private static final int BAD_FILE = 4;

    /** A job of a second. */
    private static final String SMALL = """
            name = "small"
            seed = 4

            [data]
            folder = "digits"
            validation = 0.2

            [teacher]
            layers = [
                "conv2d 4 3x3 stride 2 padding 1",
                "relu",
                "flatten",
                "dropout 0.25",
                "dense 10",
            ]
            temperature = 2
            epochs = 2
            batch = 8
            optimizer = "momentum"
            learning-rate = 0.5
            jitter = 1
            max-norm = 2

            [student]
            layers = ["flatten", "dense 12", "relu", "dense 10"]
            temperature = 4
            epochs = 2
            batch = 8
            optimizer = "adam"
            learning-rate = 0.001
            end-factor = 0.1
            omit = [3]
            bias-corrections = ["prior-match"]

            [[students]]
            name = "by-soft-labels"
            method = "soft-targets"
            folds = 2

            [[students]]
            name = "mixed"
            method = "soft-and-hard"
            layers = ["flatten", "dense 30", "relu", "dense 10"]
            alpha = 0.3
            omit = [7, 8]
            seed = 12

            [latency]
            batches = [2, "all"]
            calls = 3
            seconds = 1

            [quick]
            students = ["mixed"]
            train-images = 20
            """;

    private static final List<String> MODELS =
            List.of("by-soft-labels.safetensors", "mixed.safetensors", "teacher.safetensors");

    @TempDir
    private static Path folder;

    private static Path config;
    private static Path first;

    @BeforeAll
    static void run() throws IOException {
        SyntheticSet.write(folder.resolve("digits"), 60, 40);
        config = Files.writeString(folder.resolve("small.toml"), SMALL);
        first = folder.resolve("first");
        // Options go before the file.
        run(config, first, "--seed=5", "--batch=10", "--temperature=3", "--backend=cpu-simd", "--threads=1");
    }

    private static void run(Path file, Path out, String... options) {
        Stream<String> all = Stream.of("run", "--config=" + file, "--out=" + out);
        Outcome.of(Stream.concat(all, Stream.of(options)).toArray(String[]::new))
                .isDone();
    }

    @Test
    void theJobIsTheFiles() throws IOException {
        JsonObject report = report(first);
        assertEquals("small", report.get("recipe").getAsString());
        assertEquals(5, report.get("seed").getAsInt());
        // Four filters of 3 x 3 with biases; 14 x 14 x 4 into 10.
        int teacher = 4 * 9 + 4 + 14 * 14 * 4 * 10 + 10;
        assertEquals(
                teacher, report.getAsJsonObject("teacher").get("parameters").getAsInt());
        JsonArray students = report.getAsJsonArray("students");
        assertEquals(2, students.size());
        JsonObject soft = students.get(0).getAsJsonObject();
        assertEquals("by-soft-labels", soft.get("name").getAsString());
        assertEquals(784 * 12 + 12 + 12 * 10 + 10, soft.get("parameters").getAsInt());
        assertEquals(3, soft.get("temperature").getAsInt());
        assertEquals(
                2,
                soft.getAsJsonObject("crossValidation").getAsJsonArray("folds").size());
        JsonObject mixed = students.get(1).getAsJsonObject();
        assertEquals(784 * 30 + 30 + 30 * 10 + 10, mixed.get("parameters").getAsInt());
        assertEquals(0.3f, mixed.get("alpha").getAsFloat());
        assertEquals("[7,8]", mixed.get("omitted").toString());
        assertFalse(mixed.has("crossValidation"));
        for (int i = 0; i < 2; i++) {
            JsonArray corrections = students.get(i).getAsJsonObject().getAsJsonArray("biasCorrection");
            assertEquals(1, corrections.size());
            assertEquals(
                    "prior-match",
                    corrections.get(0).getAsJsonObject().get("method").getAsString());
        }
        assertEquals(
                List.of(2, 40, 2, 40, 2, 40),
                report.getAsJsonArray("latency").asList().stream()
                        .map(each -> each.getAsJsonObject().get("batch").getAsInt())
                        .toList());
    }

    @Test
    void theReportsConfigRepeatsTheRunByteForByte() throws IOException {
        String text = report(first).get("config").getAsString();
        Path again = Files.writeString(
                Files.createDirectories(folder.resolve("elsewhere")).resolve("again.toml"), text);
        Path out = folder.resolve("again");
        run(again, out);
        for (String model : MODELS) {
            assertEquals(-1, Files.mismatch(first.resolve(model), out.resolve(model)), model);
        }
        assertEquals(text, report(out).get("config").getAsString());
        assertTrue(text.contains("seed = 5") && text.contains("batch = 10") && text.contains("threads = 1"), text);
    }

    @Test
    void anotherSeedGivesOtherModelsButForTheOneWithItsOwn() throws IOException {
        Path out = folder.resolve("other seed");
        run(config, out, "--seed=6", "--batch=10", "--temperature=3", "--backend=cpu-simd", "--threads=1");
        assertNotEquals(-1, Files.mismatch(first.resolve(MODELS.getFirst()), out.resolve(MODELS.getFirst())));
    }

    @Test
    void quickIsWhatTheFileSays() throws IOException {
        Path out = folder.resolve("quick");
        run(config, out, "--quick");
        assertEquals(
                List.of("mixed.safetensors", "report.json", "teacher.safetensors"),
                Outcome.files(out).stream()
                        .filter(name -> name.endsWith(".safetensors") || name.endsWith(".json"))
                        .toList());
        assertEquals(
                16, report(out).getAsJsonObject("teacher").get("trainImages").getAsInt());
        Path without = Files.writeString(folder.resolve("slow.toml"), SMALL.substring(0, SMALL.indexOf("[quick]")));
        Outcome.of("run", "--config=" + without, "--quick")
                .isRefused(WRONG_USAGE, "--quick: " + without + " has no [quick]");
    }

    @Test
    void trainAndDistilTakeAStudentByName() throws IOException {
        Path out = folder.resolve("steps");
        Outcome.of(
                        "distill",
                        "--config=" + config,
                        "--teacher=" + first.resolve("teacher.safetensors"),
                        "--student=mixed",
                        "--seed=5",
                        "--batch=10",
                        "--temperature=3",
                        "--threads=1",
                        "--out=" + out)
                .isDone();
        assertEquals(-1, Files.mismatch(first.resolve("mixed.safetensors"), out.resolve("mixed.safetensors")));
        Outcome.of("train", "--model=student", "--config=" + config, "--student=mixd")
                .isRefused(
                        WRONG_USAGE,
                        "--student=mixd is not in --config=" + config
                                + ", expected one of by-soft-labels, mixed, did you" + " mean mixed?");
        Outcome.of("train", "--student=mixed").isRefused(WRONG_USAGE, "--student is not for --model=teacher");
    }

    @Test
    void aPrintedRecipeRunsAsTheRecipe() throws IOException {
        for (String recipe : ExperimentFile.RECIPES) {
            Path file = folder.resolve(recipe + ".toml");
            Files.writeString(file, Outcome.of("recipes", recipe).isDone().out());
            assertEquals(ExperimentFile.recipe(recipe), ExperimentFile.read(file));
        }
        String listed = Outcome.of("recipes").isDone().out();
        assertTrue(listed.contains("notebook\n  teacher          27,413,130 parameters, 1 epoch of batch 32"), listed);
        assertTrue(
                listed.contains("  distilled        1,276,810 parameters, soft-targets at T = 20, never sees 3"),
                listed);
        Outcome.of("recipes", "notbook").isRefused(WRONG_USAGE, "'notbook' is no recipe", "did you mean notebook?");
    }

    /** No option, no change: students of different temperatures keep theirs. */
    @Test
    void whatNoOptionSaysStaysAsTheRecipeHasIt() throws IOException {
        Path mixed = Files.writeString(
                folder.resolve("temperatures.toml"),
                SMALL.replace("name = \"mixed\"", "name = \"mixed\"\ntemperature = 20"));
        String out = Outcome.of("run", "--config=" + mixed, "--dry-run", "--backend=cpu-simd")
                .isDone()
                .out();
        assertTrue(out.contains("soft-targets at T = 4,") && out.contains("soft-and-hard at T = 20,"), out);
    }

    @Test
    void aDryRunTellsWhatARunWouldDoAndLeavesNothing() {
        Path out = folder.resolve("dry");
        Outcome dry = Outcome.of("run", "--config=" + config, "--dry-run", "--backend=cpu-simd", "--out=" + out)
                .isDone();
        String text = dry.out().replaceAll(" +", " ");
        assertTrue(text.startsWith("Dry run of small, seed 4: nothing is trained, nothing is written.\n"), text);
        assertTrue(text.contains("\n conv2d 4 3x3 stride 2 padding 1 14 x 14 x 4 40\n"), text);
        assertTrue(text.contains("\n dense 10 10 7,850\n"), text);
        // 48 images in batches of 8, twice; 54 and 27 in the folds of the first student, 48 without 7 and 8.
        assertTrue(text.contains(" 48 images, 12 steps\n"), text);
        assertTrue(text.contains(" 54 images, 14 steps; 2 folds, 16 steps\n"), text);
        assertTrue(text.contains("\nmixed: 23,860 parameters, soft-and-hard at T = 4, never sees 7,8\n"), text);
        assertTrue(text.contains("\nMemory: about "), text);
        assertTrue(text.contains("an estimate from steps that were measured here"), text);
        dry.out().lines().forEach(line -> assertTrue(line.length() <= 80, line));
        assertFalse(Files.exists(out));
    }

    @Test
    void aFileThatIsWrongIsRefusedBeforeAnythingIsWritten() throws IOException {
        refused("epohcs", "small.toml:17:1: unknown key 'epohcs' in [teacher], did you mean epochs?");
        Path out = folder.resolve("none");
        Outcome.of("run", "--config=" + folder, "--out=" + out)
                .isRefused(BAD_FILE, "is a folder, expected a TOML file");
        Outcome.of("train", "--config=" + folder.resolve("x.toml"), "--out=" + out)
                .isRefused(BAD_FILE, "x.toml: no such file");
        Outcome.of("run", "--config=" + config, "--recipe=notebook", "--out=" + out)
                .isRefused(WRONG_USAGE, "--config and --recipe exclude each other");
        assertFalse(Files.exists(out));
    }

    private static void refused(String epochs, String problem) throws IOException {
        Path other = Files.createDirectories(folder.resolve("wrong")).resolve("small.toml");
        Files.writeString(other, SMALL.replaceFirst("epochs", epochs));
        Path out = folder.resolve("none");
        Outcome.of("run", "--config=" + other, "--out=" + out).isRefused(BAD_FILE, problem);
        assertFalse(Files.exists(out));
    }

    private static JsonObject report(Path out) throws IOException {
        return JsonParser.parseString(Files.readString(out.resolve("report.json")))
                .getAsJsonObject();
    }
}
