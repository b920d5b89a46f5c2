package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;
import retort.kernels.op.Shape;
import retort.nn.SafeTensors;

/** {@code retort import}: a state dict becomes a model that every command takes. */
class ImportTest {
    private static final int BAD_FILE = 4;
    private static final String CONFIG = """
            [teacher]
            layers = ["conv2d 4 5x5 stride 2 padding 0", "relu", "flatten", "dense 10"]
            [teacher.names]
            "0.conv2d" = "features.0"
            "3.dense" = "classifier"
            """;

    @TempDir
    private Path folder;

    private final Random random = new Random(2);
    private Path dict;
    private Path config;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        dict = folder.resolve("net.safetensors");
        config = Files.writeString(folder.resolve("net.toml"), CONFIG);
        out = folder.resolve("model.safetensors");
        Map<String, SafeTensors.Entry> tensors = new LinkedHashMap<>();
        tensors.put("classifier.bias", drawn(10));
        tensors.put("classifier.weight", drawn(10, 4 * 12 * 12));
        tensors.put("features.0.bias", drawn(4));
        tensors.put("features.0.weight", drawn(4, 1, 5, 5));
        new SafeTensors(Map.of("format", "pt"), tensors).write(dict);
    }

    private SafeTensors.Entry drawn(int... extents) {
        Shape shape = Shape.of(extents);
        float[] elements = new float[shape.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = random.nextFloat() - 0.5f;
        }
        return new SafeTensors.Entry(shape, elements);
    }

    @Test
    void theModelIsTakenWhereSavedOnesAre() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        SyntheticSet.write(data, 60, 40);
        Outcome done = Outcome.of("import", dict.toString(), "--config=" + config, "--out=" + out)
                .isDone();
        assertTrue(done.out().startsWith(out + ", "), done.out());
        assertTrue(done.out().endsWith(": 28 x 28 x 1 to 10, 5,874 parameters\n"), done.out());
        Outcome evaluated = Outcome.of("evaluate", "--model=" + out, "--data=" + data, "--json")
                .isDone();
        assertEquals(
                40,
                JsonParser.parseString(evaluated.out())
                        .getAsJsonObject()
                        .getAsJsonObject("evaluated")
                        .getAsJsonObject("test")
                        .get("images")
                        .getAsInt());
        Outcome.of("distill", "--teacher=" + out, "--data=" + data, "--quick", "--out=" + folder.resolve("student"))
                .isDone();
        Outcome.of("import", dict.toString(), "--config=" + config, "--out=" + out)
                .isRefused(2, "there is such a file already");
    }

    @Test
    void namesOfClassesStandInTheModel() throws IOException {
        Files.writeString(config, "[data]\nclasses = \"a,b,c,d,e,f,g,h,i,j\"\n" + CONFIG);
        Outcome.of("import", dict.toString(), "--config=" + config, "--out=" + out)
                .isDone();
        assertEquals("a,b,c,d,e,f,g,h,i,j", SafeTensors.read(out).metadata().get("classes"));
        Files.writeString(config, "[data]\nclasses = 3\n" + CONFIG);
        Outcome.of("import", dict.toString(), "--config=" + config, "--force", "--out=" + out)
                .isRefused(BAD_FILE, config + ": the layers end with 10 values and there are 3 classes");
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() throws IOException {
        refused("\"features.0\"", "\"features.1\"", dict + ": has no tensor features.1.weight for 0.conv2d, it has cl");
        refused("5x5", "3x3", dict + ": features.0.weight is 4 x 1 x 5 x 5, expected 4 x 1 x 3 x 3 for 0.conv2d");
        refused(
                "\"3.dense\"",
                "\"3.dens\"",
                config + ":5:1: unknown key '3.dens' in [teacher.names], did you mean 3.d");
        refused("\"3.dense\" = \"classifier\"", "", config + ":3:1: '3.dense' is missing in [teacher.names]");
        refused("[teacher.names]", "[teacher.name]", config + ":3:1: unknown key 'name' in [teacher], did you mean na");
        refused("\"flatten\", ", "", config + ":2:");
    }

    private void refused(String text, String other, String problem) throws IOException {
        Files.writeString(config, CONFIG.replace(text, other));
        Outcome.of("import", dict.toString(), "--config=" + config, "--out=" + out)
                .isRefused(BAD_FILE, problem);
        assertTrue(Files.notExists(out));
    }
}
