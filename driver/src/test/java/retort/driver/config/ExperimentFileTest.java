package retort.driver.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.cli.Converters;
import retort.driver.data.ImageMemory;
import retort.driver.job.BiasCorrection;
import retort.driver.job.CorrectionPlan;
import retort.driver.job.Descent;
import retort.driver.job.EarlyStopping;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.Training;
import retort.kernels.Engine;
import retort.kernels.op.WeightDecay;

class ExperimentFileTest {
    static final List<String> RECIPES = ExperimentFile.RECIPES;

    /** Every key there is, none with the value that it would have by itself. */
    private static final String EVERYTHING = """
            name = "mine"
            seed = -3

            [data]
            folder = "digits"
            train-images = 500
            validation = 0.25

            [teacher]
            layers = ["conv2d 4 3x3 stride 2 padding 1", "relu", "flatten", "dropout 0.25", "dense 10"]
            temperature = 2
            epochs = 4
            batch = 16
            optimizer = "momentum"
            learning-rate = 0.5
            jitter = 1
            max-norm = 3.5

            [student]
            layers = ["flatten", "dense 20", "relu", "dense 10"]
            temperature = 4.5
            epochs = 6
            batch = 8
            optimizer = "adam"
            learning-rate = 1e-3
            end-factor = 0.1
            omit = [7, 3]

            [[students]]
            name = "mixed"
            method = "soft-and-hard"
            alpha = 0.3
            folds = 5
            seed = 99
            bias-corrections = ["prior-match"]

            [[students]]
            name = "plain"
            method = "hard-labels"
            omit = []
            epochs = 1

            [latency]
            batches = [4, "all"]
            calls = 11
            seconds = 1.5

            [engine]
            backend = ["opencl", "cpu-simd"]
            device = "1"
            threads = 3

            [quick]
            train-images = 50
            teacher-epochs = 2
            student-epochs = 3
            students = ["mixed"]
            latency-calls = 5
            latency-seconds = 0.5
            """;

    @TempDir
    private Path folder;

    @Test
    void everyKeyIsRead() {
        Experiment read = ExperimentFile.parse(EVERYTHING, "mine.toml", folder);
        Recipe recipe = read.recipe();
        assertEquals("mine", recipe.name());
        assertEquals(-3, recipe.seed());
        assertEquals(0.25, recipe.heldOut());
        assertEquals(new Experiment.Data(Optional.of(folder.resolve("digits")), Optional.of(500)), read.data());
        assertEquals(2, recipe.ownTemperature());
        assertEquals(
                "input 28x28x1; conv2d 4 3x3 stride 2 padding 1; relu; flatten; dropout 0.25; dense 10",
                recipe.teacher().architecture().text());
        assertEquals(
                "4 epochs of batch 16, momentum 0.5, jitter 1, max-norm 3.5",
                recipe.teacher().text());
        Student mixed = recipe.students().getFirst();
        assertEquals("mixed", mixed.name());
        assertEquals(Method.SOFT_AND_HARD, mixed.method());
        assertEquals(0.3f, mixed.alpha());
        assertEquals(4.5f, mixed.temperature());
        assertEquals(5, mixed.folds());
        assertEquals(Set.of(3, 7), mixed.omitted());
        assertEquals(CorrectionPlan.of(List.of(BiasCorrection.Kind.PRIOR_MATCH)), mixed.corrections());
        assertEquals(99, recipe.seed(mixed));
        assertEquals(new Descent.Adam(1e-3f, 0.1f), mixed.training().descent());
        Student plain = recipe.students().getLast();
        assertEquals(Set.of(), plain.omitted());
        assertEquals(1, plain.training().epochs());
        assertEquals(-3 + (1L << 32), recipe.seed(plain));
        assertEquals(new Experiment.Latency(List.of(4, Experiment.Latency.WHOLE_TEST_SET), 11, 1.5), read.latency());
        assertEquals(
                new Experiment.Engines(List.of(Engine.OPENCL, Engine.CPU_SIMD), Optional.of("1"), Optional.of(3)),
                read.engines());
        Experiment quick = read.forALook();
        assertEquals(Optional.of(50), quick.data().trainImages());
        assertEquals(2, quick.recipe().teacher().epochs());
        assertEquals(
                List.of("mixed"),
                quick.recipe().students().stream().map(Student::name).toList());
        assertEquals(3, quick.recipe().students().getFirst().training().epochs());
        assertEquals(new Experiment.Latency(read.latency().batches(), 5, 0.5), quick.latency());
    }

    @Test
    void whatIsWrittenIsReadAsTheSame() {
        for (Experiment experiment : List.of(
                ExperimentFile.parse(EVERYTHING, "mine.toml", folder).forALook(),
                ExperimentFile.recipe("notebook").forALook(),
                ExperimentFile.recipe("hinton2015").forALook(),
                ExperimentFile.recipe("hinton2015-long").forALook())) {
            String text = ExperimentText.of(experiment);
            assertEquals(experiment, ExperimentFile.parse(text, "again.toml", Path.of("elsewhere")), text);
        }
    }

    @Test
    void memoryOfImagesIsReadAndWritten() {
        String text = EVERYTHING.replace("train-images = 500", "memory = 64");
        Experiment read = ExperimentFile.parse(text, "mine.toml", folder);
        assertEquals(new ImageMemory(Optional.of(64)), read.data().form().memory());
        Experiment written = read.forALook();
        assertEquals(written, ExperimentFile.parse(ExperimentText.of(written), "again.toml", folder));
    }

    /** Before the data is open it is only known that something is omitted. */
    @Test
    void classesAreOmittedByNameOrNumber() throws IOException {
        Path file = folder.resolve("mine.toml");
        String text = EVERYTHING.replace("omit = [7, 3]", "omit = [\"owl\", 7, \"cat\"]");
        Files.writeString(file, text);
        assertEquals(3, omitted(ExperimentFile.read(file)).size());
        List<String> names = List.of("dog", "cat", "owl");
        assertEquals(Set.of(1, 2, 7), omitted(ExperimentFile.read(file, names)));
        Files.writeString(file, text.replace("\"cat\"", "\"rat\""));
        assertEquals(
                file + ":27:19: the data has no class 'rat', did you mean cat?; 'retort data' lists them",
                assertThrows(BadConfigException.class, () -> ExperimentFile.read(file, names))
                        .getMessage());
        for (String twice : List.of("\"owl\", \"owl\"", "2, \"owl\"")) {
            Files.writeString(file, text.replace("\"owl\"", twice));
            assertTrue(
                    assertThrows(BadConfigException.class, () -> ExperimentFile.read(file, names))
                            .getMessage()
                            .endsWith("'omit' has \"owl\" twice"),
                    twice);
        }
    }

    private static Set<Integer> omitted(Experiment read) {
        return read.recipe().students().getFirst().omitted();
    }

    @Test
    void namesWithQuotesAndControlCharactersSurvive() {
        Path odd = folder.resolve("a \"b\" \\ \t c");
        Experiment standard = ExperimentFile.recipe("notebook").forALook();
        Experiment experiment = standard.withData(new Experiment.Data(Optional.of(odd), Optional.empty()));
        assertEquals(experiment, ExperimentFile.parse(ExperimentText.of(experiment), "odd.toml", folder));
    }

    /** What a comment shows must work when its # is taken away. */
    @ParameterizedTest
    @FieldSource("RECIPES")
    void everyKeyThatARecipeShowsInAComment(String recipe) {
        String all = ExperimentFile.text(recipe)
                .replaceAll(
                        "(?m)^# (folder|memory|train-images|end-factor|schedule|jitter|affine|elastic|max-norm|weight-average|consistent|correction-on|correction-images|seed|backend|device|threads)( = )",
                        "$1$2")
                .replaceAll("(?m)^# \\[engine\\]", "[engine]");
        ExperimentFile.parse(all, recipe + ".toml", folder);
    }

    /** Those that exclude others. */
    @Test
    void everyKeyOfDescentThatTheNotebookShows() {
        String all = ExperimentFile.text("notebook")
                .replaceAll("(?m)^# (momentum|weight-decay|clip-norm|patience|held-out)( = )", "$1$2")
                .replaceFirst("optimizer = \"adam\"", "optimizer = \"sgdw\"");
        Training teacher =
                ExperimentFile.parse(all, "notebook.toml", folder).recipe().teacher();
        Descent.Sgd sgd = new Descent.Sgd(0.001f, 0.9f, true, 1, Descent.Fall.LINE, WeightDecay.decoupled(0.01f));
        assertEquals(sgd, teacher.descent());
        assertEquals(1, teacher.clipNorm());
        assertEquals(new EarlyStopping(0.1f, 3), teacher.stopping());
        assertEquals(
                "1 epoch of batch 32, sgdw 0.001, momentum 0.9 by Nesterov, weight decay 0.01, gradients clipped to norm"
                        + " 1.0, stops after 3 that are no better",
                teacher.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer = \"adamw\"",
                "optimizer = \"adamw\"\nweight-decay = 0.25",
                "optimizer = \"adam\"\nweight-decay = 0.25\nclip-norm = 2",
                "optimizer = \"sgd\"",
                "optimizer = \"sgd\"\nmomentum = 0\nend-factor = 0.1\nschedule = \"steps\"",
                "optimizer = \"sgd\"\nmomentum = 0.5\nnesterov = false\nweight-decay = 0.0005",
                "optimizer = \"sgdw\"\npatience = 2\nheld-out = 0.25"
            })
    void descentsAreWrittenAsTheyAreRead(String keys) {
        String text = ExperimentFile.text("notebook").replaceFirst("optimizer = \"adam\"", keys);
        Experiment experiment = ExperimentFile.parse(text, "mine.toml", folder);
        Experiment again = ExperimentFile.parse(ExperimentText.of(experiment), "again.toml", folder);
        assertEquals(experiment.recipe(), again.recipe());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            momentum = 0.5                               | 'momentum' is for optimizer = "sgd"
            nesterov = true                              | 'nesterov' is for optimizer = "sgd"
            weight-decay = -1                            | 'weight-decay' is -1, expected a number of 0 or more
            clip-norm = 0                                | 'clip-norm' is 0, expected a number above 0
            patience = 0                                 | 'patience' is 0, expected a whole number of 1 or more
            held-out = 0.5                               | 'held-out' is what early stopping looks at: 'patience' is missing
            patience = 1\\nheld-out = 0                   | 'held-out' is 0, expected a share above 0 and below 1
            patience = 1\\nweight-average = 0.9           | early stopping ends with the best weights, a weight average
            weight-average = 0.99999999                  | 'weight-average' is 1.0, expected a decay above 0 and below 1
            weight-average = 1e-50                       | 'weight-average' is 0.0, expected a decay above 0 and below 1
            affine = 1.1                                 | 'affine' is 1.1, expected a number from 0 to 1
            elastic = 1e10                               | 'elastic' is 1.0E10, expected a number from 0 to 1000
            schedule = "cosine"                          | 'schedule' is how the rate falls to 'end-factor', which is missing
            """)
    void whatDoesNotGoTogetherIsRefused(String keys, String problem) {
        assertRefused("optimizer = \"adam\"\n" + keys.replace("\\n", "\n"), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "sgd"\\nmomentum = 1                          | 'momentum' is 1, expected a number of 0 or more and below 1
            "sgd"\\nmomentum = 0.99999999                 | 'momentum' is 0.99999999, expected a number of 0 or more and below 1
            "sgd"\\nmomentum = 0\\nnesterov = true         | 'nesterov' needs a momentum above 0
            "momentum"\\nweight-decay = 0.1               | 'weight-decay' is not for optimizer = "momentum"
            "adamw"\\nweight-decay = 0                    | 'weight-decay' is 0, expected a number above 0
            "sgdw"\\nweight-decay = 2000                  | a learning rate of 0.001 times a weight decay of 2000.0 is more
            """)
    void whatAnOptimizerDoesNotTakeIsRefused(String optimizer, String problem) {
        assertRefused("optimizer = " + optimizer.replace("\\n", "\n"), problem);
    }

    private void assertRefused(String keys, String problem) {
        String text = ExperimentFile.text("notebook").replaceFirst("optimizer = \"adam\"", keys);
        String message = assertThrows(BadConfigException.class, () -> ExperimentFile.parse(text, "mine.toml", folder))
                .getMessage();
        assertTrue(message.contains(problem), message);
    }

    @ParameterizedTest
    @FieldSource("RECIPES")
    void aRecipesTextFitsATerminal(String recipe) {
        ExperimentFile.text(recipe).lines().forEach(line -> assertTrue(line.length() <= 120, line));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            seed = -3                     | sede = 1                    | 2:1: unknown key 'sede', did you mean seed?
            seed = -3                     | speed-of-light = 1          | 2:1: unknown key 'speed-of-light', expected one of name, seed, data,
            seed = -3                     | seed = 1.5                  | 2:1: 'seed' is 1.5, expected a whole number
            seed = -3                     | seed = -3\\nseed = 4        | 3:1: seed previously defined at line 2, column 1
            seed = -3                     | seed = [                    | 2:9: Unexpected end of line, expected ] or a value
            seed = -3                     | seed = 99999999999999999999 | 2:8:
            name = "mine"                 | name = ""                   | 1:1: the name "" is not of letters
            name = "mine"                 | name = "../up"              | 1:1: the name "../up" is not of letters
            name = "mine"                 | name = 3                    | 1:1: 'name' is 3, expected a text in quotes
            name = "mine"                 | #                           | 1:1: 'name' is missing
            validation = 0.25             | validation = 1              | 7:1: 'validation' is 1, expected a number of 0 or more and below 1
            validation = 0.25             | validation = nan            | 7:1: 'validation' is NaN, expected
            train-images = 500            | train-images = 0            | 6:1: 'train-images' is 0, expected a whole number of 1 or more
            temperature = 2               | temperature = 0             | 11:1: 'temperature' is 0, expected a temperature from 0.001 to 1000
            temperature = 2               | temperature = 1e-60         | 11:1: 'temperature' is 1.0E-60, expected a temperature from 0.001 to 1000
            temperature = 2               | temprature = 2              | 11:1: unknown key 'temprature' in [teacher], did you mean temperature?
            temperature = 2               | #                           | 9:1: 'temperature' is missing in [teacher]
            epochs = 4                    | epochs = "four"             | 12:1: 'epochs' is "four", expected a whole number of 1 or more
            epochs = 4                    | epochs = 4294967297         | 12:1: 'epochs' is 4294967297, expected a whole number
            batch = 16                    | batch = 16.0                | 13:1: 'batch' is 16.0, expected a whole number of 1 or more
            optimizer = "momentum"        | optimizer = "adan"          | 14:1: 'optimizer' is "adan", expected one of adam, adamw, sgd, sgdw, momentum, did you mean adam?
            optimizer = "momentum"        | schedule = "cosine"\\noptimizer = "momentum" | 14:1: 'schedule' is not for optimizer = "momentum"
            end-factor = 0.1              | schedule = "cosine"         | 26:1: 'schedule' is how the rate falls to 'end-factor', which is missing
            end-factor = 0.1              | schedule = "sine"           | 26:1: 'schedule' is "sine", expected one of line, cosine, steps
            optimizer = "momentum"        | end-factor = 0.1\\noptimizer = "momentum" | 14:1: 'end-factor' is not for optimizer = "momentum"
            jitter = 1                    | jitter = 28                 | 16:1: 'jitter' is 28, expected a whole number of 0 to 27
            max-norm = 3.5                | max-norm = inf              | 17:1: 'max-norm' is Infinity, expected a number above 0
            "relu", "flatten", "dropout   | "flatten", "relu", "conv2d 3 3x3", "dropout | 10:65: conv2d: needs height x width x channels, got 784
            "relu", "flatten", "dropout   | "relu", "dropout            | 10:70: dense: needs flat examples
            "relu", "flatten", "dropout   | "rleu", "flatten", "dropout | 10:46: no layer 'rleu', expected one such as 'dense 100'
            "dropout 0.25", "dense 10"    | "dense 11"                  | 20:1: the layers end with 10, expected 11 values, one a class
            "dropout 0.25", "dense 10"    | "dense 2000000000"          | 10:65: dense 2000000000 behind
            "dropout 0.25", "dense 10"    | "dense 99999999999"         | 10:65: no layer 'dense 99999999999'
            "dropout 0.25"                | "dropout 1.0"               | 10:65: dropout: rate must be in [0, 1), got 1.0
            "dropout 0.25"                | 0.25                        | 10:65: 'layers' is 0.25, expected a text in quotes
            omit = [7, 3]                 | omit = 3                    | 27:1: 'omit' is 3, expected a list in brackets
            omit = [7, 3]                 | omit = [3, 10]              | 27:12: 'omit' is 10, expected a whole number of 0 to 9
            omit = [7, 3]                 | omit = [3, 3]               | 27:12: 'omit' has 3 twice
            omit = [7, 3]                 | omit = [0,1,2,3,4,5,6,7,8,9] | 27:1: 'omit' leaves no class to learn
            method = "soft-and-hard"      | method = "soft-target"      | 31:1: 'method' is "soft-target", expected one of soft-targets,
            method = "soft-and-hard"      | method = "logits"           | 32:1: 'alpha' is for method = "soft-and-hard" only
            alpha = 0.3                   | alpha = 1.1                 | 32:1: 'alpha' is 1.1, expected a number from 0 to 1
            folds = 5                     | folds = 1                   | 33:1: 'folds' is 1, expected 0 for no cross-validation, or 2 or more
            name = "plain"                | name = "mixed"              | 38:1: the name "mixed" is taken
            name = "plain"                | name = "teacher"            | 38:1: the name "teacher" is taken
            name = "plain"                | nmae = "plain"              | 38:1: unknown key 'nmae' in [[students]], did you mean name?
            batches = [4, "all"]          | batches = []                | 44:1: 'batches' is empty, expected at least one
            batches = [4, "all"]          | batches = [4, "al"]         | 44:15: 'batches' is "al", expected one of all, did you mean all?
            backend = ["opencl", "cpu-simd"] | backend = ["opncl"]      | 49:12: 'backend' is "opncl", expected one of cpu-scalar, cpu-simd, opencl, did you mean opencl?
            students = ["mixed"]          | students = ["mixd"]         | 57:13: 'students' is "mixd", expected one of mixed, plain, did you mean mixed?
            [latency]                     | [latncy]                    | 43:1: unknown key 'latncy', did you mean latency?
            [data]                        | data = 3\\n[dta]            | 5:1: unknown key 'dta', did you mean data?
            """)
    void whatIsWrongIsToldWithItsPlace(String part, String instead, String problem) {
        assertTrue(EVERYTHING.contains(part), part);
        String text =
                EVERYTHING.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(instead.replace("\\n", "\n")));
        String message = assertThrows(
                        BadConfigException.class, () -> ExperimentFile.parse(text, "mine.toml", folder), "was read")
                .getMessage();
        assertTrue(message.startsWith("mine.toml:" + problem), message);
        assertEquals(1, message.lines().count(), message);
    }

    /** How many are too many depends on the machine. */
    @Test
    void moreThreadsThanAreOfUseAreRefused() {
        int most = Converters.Threads.MOST;
        assertTrue(most >= 64 && most >= 4 * Runtime.getRuntime().availableProcessors());
        ExperimentFile.parse(EVERYTHING.replace("threads = 3", "threads = " + most), "mine.toml", folder);
        String text = EVERYTHING.replace("threads = 3", "threads = " + (most + 1));
        String message = assertThrows(BadConfigException.class, () -> ExperimentFile.parse(text, "mine.toml", folder))
                .getMessage();
        String problem = "'threads' is " + (most + 1) + ", expected a whole number of 1 to " + most;
        assertTrue(message.matches("mine\\.toml:\\d+:\\d+: " + problem), message);
    }

    @Test
    void aByteOrderMarkIsSkipped() throws IOException {
        Path file = Files.writeString(folder.resolve("marked.toml"), "\uFEFF" + EVERYTHING);
        assertEquals(ExperimentFile.parse(EVERYTHING, "mine.toml", folder), ExperimentFile.read(file));
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        Path file = folder.resolve("mine.toml");
        refused(file, "no such file, expected a TOML file such as 'retort recipes notebook' prints");
        Files.writeString(file, "");
        refused(file, "1:1: 'teacher' is missing");
        Files.write(file, new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0});
        refused(file, "is not UTF-8 text, expected a TOML file");
        Files.write(file, new byte[1000]);
        refused(file, "1:1: ");
        Files.writeString(file, "name = \"a\"\n" + "x = 1\n".repeat(100_000));
        refused(file, "is larger than 256 KiB, expected a TOML file");
        Files.writeString(file, "a = " + "[".repeat(10_000_000));
        refused(file, "is larger than 256 KiB, expected a TOML file");
        refused(folder, "can't be read: it is a folder, expected a TOML file");
    }

    @Test
    void aFileThatIsNestedDeeplyIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("deep.toml"), "a = " + "[".repeat(200_000));
        refused(file, "Nesting is too deep");
        Files.writeString(file, "a = " + "{a=".repeat(20_000) + "1" + "}".repeat(20_000));
        refused(file, "Nesting is too deep");
        Files.writeString(file, "a" + ".a".repeat(50_000) + " = 1");
        refused(file, "Nesting is too deep");
    }

    private static void refused(Path file, String problem) {
        String message = assertThrows(BadConfigException.class, () -> ExperimentFile.read(file))
                .getMessage();
        assertTrue(message.startsWith(file + ":"), message);
        assertTrue(message.substring(file.toString().length()).contains(problem), message);
        assertEquals(1, message.lines().count(), message);
    }
}
