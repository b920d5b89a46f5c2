package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.SafeTensors;
import retort.nn.Sequential;

/** {@code retort predict}. */
class PredictTest {
    private static final int WRONG_USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final int OF_EACH = 20;

    @TempDir
    private static Path folder;

    private static Path models;
    private static Path samples;

    @BeforeAll
    static void trainAndWriteSamples() {
        models = folder.resolve("run");
        samples = folder.resolve("samples");
        Outcome.of("train", "--model=student", "--omit=none", "--train-images=3000", "--out=" + models)
                .isDone();
        Outcome.of("predict", "--samples=" + samples, "--samples-of-each=" + OF_EACH)
                .isDone();
    }

    /** The file that {@code train} named. */
    private static Path model() throws IOException {
        return models.resolve(Outcome.files(models).stream()
                .filter(name -> name.endsWith(".safetensors"))
                .findFirst()
                .orElseThrow());
    }

    @Test
    void samplesAreNamedByNumberAndLabel() throws IOException {
        List<String> names = Outcome.files(samples);
        assertEquals(10 * OF_EACH, names.size());
        assertTrue(names.containsAll(List.of("00000-7.png", "00007-9.png")), names.toString());
        BufferedImage image = ImageIO.read(samples.resolve("00000-7.png").toFile());
        assertEquals(28, image.getWidth());
        Outcome.of("predict", "--samples=" + samples).isRefused(WRONG_USAGE, "there is such a file already", "--force");
        Outcome.of("predict", "--samples=" + samples, "--force").isDone();
    }

    /** At six times the size and dark on light, as one would draw it. */
    @Test
    void anEnlargedAndInvertedImageIsTheSameDigit() throws IOException {
        Path drawn = Files.createDirectory(folder.resolve("drawn"));
        for (String name : Outcome.files(samples)) {
            BufferedImage small = ImageIO.read(samples.resolve(name).toFile());
            BufferedImage large = new BufferedImage(28 * 6, 28 * 6, BufferedImage.TYPE_BYTE_GRAY);
            for (int i = 0; i < 28 * 6 * 28 * 6; i++) {
                int x = i % (28 * 6);
                int y = i / (28 * 6);
                large.getRaster().setSample(x, y, 0, 255 - small.getRaster().getSample(x / 6, y / 6, 0));
            }
            ImageIO.write(large, "png", drawn.resolve(name).toFile());
        }
        Map<String, Integer> expected = digits(samples);
        Map<String, Integer> actual = digits(drawn);
        assertEquals(expected.keySet(), actual.keySet());
        long same = expected.keySet().stream()
                .filter(name -> expected.get(name).equals(actual.get(name)))
                .count();
        assertTrue(same >= 0.97 * expected.size(), same + " of " + expected.size());
        long right = expected.keySet().stream()
                .filter(name -> name.endsWith("-" + actual.get(name) + ".png"))
                .count();
        assertTrue(right >= 0.5 * expected.size(), right + " of " + expected.size() + " are right");
    }

    private static Map<String, Integer> digits(Path of) throws IOException {
        JsonObject answers = JsonParser.parseString(Outcome.of("predict", of.toString(), "--model=" + model(), "--json")
                        .isDone()
                        .out())
                .getAsJsonObject();
        Map<String, Integer> digits = new TreeMap<>();
        for (JsonElement image : answers.getAsJsonArray("images")) {
            JsonObject answer =
                    image.getAsJsonObject().getAsJsonArray("predictions").get(0).getAsJsonObject();
            double sum = 0;
            for (JsonElement probability : answer.getAsJsonArray("probabilities")) {
                sum += probability.getAsDouble();
            }
            assertEquals(1, sum, 1e-6);
            Path file = Path.of(image.getAsJsonObject().get("file").getAsString());
            digits.put(file.getFileName().toString(), answer.get("label").getAsInt());
        }
        return digits;
    }

    @Test
    void showsWhatTheModelSawAndHowSureEachIs() throws IOException {
        Path copy = Files.copy(
                model(), Files.createDirectories(folder.resolve("other")).resolve("teacher.safetensors"));
        Path image = samples.resolve("00001-2.png");
        Outcome outcome = Outcome.of("predict", image.toString(), "--model=" + copy.getParent(), "--model=" + model())
                .isDone();
        List<String> lines = outcome.out().lines().toList();
        assertEquals(image.toString(), lines.getFirst());
        assertEquals(1 + 14 + 1, lines.size(), outcome.out());
        assertTrue(lines.get(1).strip().startsWith("teacher "), outcome.out());
        assertTrue(lines.get(2).contains("says "), outcome.out());
        assertTrue(lines.stream().anyMatch(line -> line.contains("@@")), outcome.out());
        assertTrue(lines.stream().skip(1).allMatch(line -> line.length() < 80), outcome.out());
        assertTrue(outcome.err().contains("model teacher: " + copy + "\n"), outcome.err());
        assertTrue(outcome.err().contains(": " + model() + "\n"), outcome.err());
    }

    /** Colours are ours and reach the terminal; where it is to have none, letters do. */
    @ParameterizedTest
    @CsvSource({"'', true", "1, false"})
    void aColourTerminalShowsHalfBlocks(String noColour, boolean blocks) throws Exception {
        String image = samples.resolve("00001-2.png").toString();
        Map<String, String> environment = Map.of("NO_COLOR", noColour, "LC_ALL", "C.UTF-8");
        for (String[] words : List.of(new String[] {"predict", image, "--model=" + model()}, new String[] {"data"})) {
            try (PseudoTerminal terminal = PseudoTerminal.start(folder, 80, environment, words)) {
                String shown = terminal.end().isDone().out();
                assertFalse(shown.contains("\\u001b"), shown);
                assertEquals(blocks, shown.contains("\u001B[38;5;"), shown);
                assertEquals(!blocks, shown.matches("(?s).*[=+*#%@]{3}.*"), shown);
            }
        }
    }

    @Test
    void thePathsOfATemperatureAreProbabilitiesNearerToEachOther() throws IOException {
        String image = samples.resolve("00001-2.png").toString();
        double cold = highest(image, "--temperature=1");
        double standard = highest(image, "--temperature=3.5");
        assertEquals(standard, highest(image, "--threads=1"), 1e-9);
        assertTrue(cold > standard && standard > highest(image, "--temperature=100"));
    }

    private static double highest(String image, String option) throws IOException {
        String json = Outcome.of("predict", image, "--model=" + model(), "--json", option)
                .isDone()
                .out();
        return JsonParser.parseString(json)
                .getAsJsonObject()
                .getAsJsonArray("images")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("predictions")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("probabilities")
                .asList()
                .stream()
                .mapToDouble(JsonElement::getAsDouble)
                .max()
                .orElseThrow();
    }

    @Test
    void aBadImageIsToldAndTheOthersAreAnswered() throws IOException {
        Path mixed = Files.createDirectory(folder.resolve("mixed"));
        Files.copy(samples.resolve("00001-2.png"), mixed.resolve("a.png"));
        Path bad = Files.writeString(mixed.resolve("b.JPG"), "no image");
        Files.writeString(mixed.resolve("notes.txt"), "not looked at");
        Outcome outcome = Outcome.of("predict", mixed.toString(), "--model=" + model());
        assertEquals(BAD_FILE, outcome.code());
        assertTrue(outcome.out().contains("says "), outcome.out());
        assertTrue(outcome.err().contains("retort: " + bad + ": not an image"), outcome.err());
        assertEquals(
                1,
                outcome.err()
                        .lines()
                        .filter(line -> line.startsWith("retort: "))
                        .count());
    }

    @Test
    void whatCannotBeReadIsRefusedInOneLine() throws IOException {
        Path image = samples.resolve("00001-2.png");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path blank = Files.writeString(folder.resolve("blank.pgm"), "P2 2 2 255 9 9 9 9");
        String model = "--model=" + model();
        Outcome.of("predict").isRefused(WRONG_USAGE, "an image is needed");
        Outcome.of("predict", image.toString(), "--samples=x").isRefused(WRONG_USAGE, "--samples writes images");
        Outcome.of("predict", empty.toString(), model).isRefused(BAD_FILE, empty + ": no image in this folder");
        Outcome.of("predict", empty + "/none.png", model).isRefused(BAD_FILE, "none.png: can't be read: no such file");
        Outcome.of("predict", blank.toString(), model).isRefused(BAD_FILE, blank + ": blank: nothing stands out");
        Outcome.of("predict", image.toString(), "--model=" + empty)
                .isRefused(BAD_FILE, empty + ": no model in this folder");
        Outcome.of("predict", image.toString(), "--model=" + image)
                .isRefused(BAD_FILE, image + ": not a safetensors file");
    }

    /** Neither an image nor a model is waited for. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPipeIsRefused() throws Exception {
        Path pipe = folder.resolve("pipe.png");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Outcome.of("predict", pipe.toString(), "--model=" + model())
                .isRefused(BAD_FILE, pipe + ": can't be read: it is a pipe or device");
        Outcome.of("predict", samples.resolve("00001-2.png").toString(), "--model=" + pipe)
                .isRefused(BAD_FILE, pipe + ": is no regular file");
    }

    @Test
    void samplesNeedNoFolderForTemporaryFiles() throws Exception {
        Path model = Files.copy(model(), folder.resolve("a file"));
        String taken = "--samples=" + model;
        Outcome.of("predict", taken).isRefused(BAD_FILE, taken, model + " is a file, expected a folder");
        Map<String, String> options = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=/none");
        try (Outcome.Forked forked =
                Outcome.Forked.start(folder, options, "predict", "--samples=" + folder.resolve("untemporary"))) {
            assertEquals(0, forked.end().code());
        }
    }

    @Test
    void modelsAreAskedOfTheirOwnImagesAndClasses() throws IOException {
        Path named = folder.resolve("named.safetensors");
        save(named, "input 8x6x3; flatten; dense 3", Map.of("classes", "cat,dog,fish", "dataset", "pets"));
        Path image = folder.resolve("colour.png");
        ImageIO.write(new BufferedImage(60, 80, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        JsonObject answers = JsonParser.parseString(
                        Outcome.of("predict", image.toString(), "--model=" + named, "--json")
                                .isDone()
                                .out())
                .getAsJsonObject();
        assertEquals("[8,6,3]", answers.get("shape").toString());
        assertEquals("[\"cat\",\"dog\",\"fish\"]", answers.get("classes").toString());
        String shown = Outcome.of("predict", image.toString(), "--model=" + named)
                .isDone()
                .out();
        assertTrue(shown.contains("\n" + " ".repeat(30) + "fish "), shown);
        String renamed = Outcome.of("predict", image.toString(), "--model=" + named, "--classes=a,b,c")
                .isDone()
                .out();
        assertTrue(renamed.contains("\n" + " ".repeat(30) + "c "), renamed);
        Outcome.of("predict", image.toString(), "--model=" + named, "--classes=a,b")
                .isRefused(BAD_FILE, named + ": tells 3 classes apart, expected 2 as --classes names them");
        Outcome.of("predict", image.toString(), "--model=" + model(), "--model=" + named)
                .isRefused(BAD_FILE, named + ": takes images of 8 x 6 x 3, expected 28 x 28 x 1 as " + model());
        Outcome.of("predict", image.toString(), "--model=" + named, "--prepare=digit")
                .isRefused(BAD_FILE, named + ": takes images of 8 x 6 x 3, expected 28 x 28 x 1 as --prepare=digit");
        Outcome.of("predict", image.toString(), "--model=" + named, "--data=x")
                .isRefused(WRONG_USAGE, "--data, --split and --transpose are for --samples");
    }

    @Test
    void ofManyClassesTheMostProbableAreShown() throws IOException {
        Path many = folder.resolve("many.safetensors");
        save(many, "input 400; dense 1000", Map.of());
        String out = Outcome.of("predict", samples.resolve("00001-2.png").toString(), "--model=" + many)
                .isDone()
                .out();
        assertEquals(15, out.lines().count(), out);
        save(many, "input 28x28x1; flatten; dense 10", Map.of());
        String image = samples.resolve("00001-2.png").toString();
        String note = "note: " + many + " does not say of what data it is: images are prepared as digits";
        assertTrue(
                Outcome.of("predict", image, "--model=" + many).isDone().err().contains(note));
        assertFalse(Outcome.of("predict", image, "--model=" + model())
                .isDone()
                .err()
                .contains("note: "));
        assertTrue(out.lines().skip(1).allMatch(line -> line.length() <= 80), out);
    }

    @Test
    void aModelThatTakesNoImagesIsRefused() throws IOException {
        String image = samples.resolve("00001-2.png").toString();
        Path other = folder.resolve("other.safetensors");
        save(other, "input 2; dense 10", Map.of());
        Outcome.of("predict", image, "--model=" + other)
                .isRefused(BAD_FILE, other + ": takes 2, expected images: height x width x 1 or 3 channels");
        save(other, "input 28x28x1; flatten; dense 10", Map.of("classes", "a,b"));
        Outcome.of("predict", image, "--model=" + other)
                .isRefused(BAD_FILE, other + ": its metadata names 2 classes, expected 10");
        save(other, "input 28x28x1; flatten; dense 10", Map.of("predictionTemperature", "-1"));
        Outcome.of("predict", image, "--model=" + other)
                .isRefused(BAD_FILE, other + ": its metadata has the predictionTemperature '-1'");
        save(other, "input 28x28x1; flatten; dense 10", Map.of());
        SafeTensors tensors = SafeTensors.read(other);
        tensors.tensors().get("1.dense.bias").elements()[3] = Float.POSITIVE_INFINITY;
        tensors.write(other);
        Outcome.of("predict", image, "--model=" + other)
                .isRefused(BAD_FILE, other + ": 1.dense.bias has Infinity at element 3, expected finite numbers");
        tensors.tensors().get("1.dense.bias").elements()[3] = 0;
        Arrays.fill(tensors.tensors().get("1.dense.weight").elements(), Float.MAX_VALUE);
        tensors.write(other);
        Outcome.of("predict", image, "--model=" + other)
                .isRefused(
                        BAD_FILE, other + ": gives a logit of Infinity (the first layer with such numbers is 1.dense)");
    }

    private static void save(Path file, String architecture, Map<String, String> metadata) {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential network =
                        Sequential.create(backend, Architecture.parse(architecture), Initializer.GLOROT_UNIFORM, 0)) {
            network.save(file, metadata);
        }
    }
}
