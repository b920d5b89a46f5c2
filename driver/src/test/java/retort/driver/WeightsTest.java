package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.kernels.op.ElementType;
import retort.nn.SafeTensors;

/** {@code --weights}: models with weights of fewer bits, as they are used and as they are kept. */
class WeightsTest {
    private static final int WRONG_USAGE = 2;
    private static final int BAD_FILE = 4;

    @TempDir
    private static Path folder;

    private static Path model;
    private static int errors;

    @BeforeAll
    static void train() throws IOException {
        Path models = folder.resolve("run");
        Outcome.of("train", "--model=student", "--omit=none", "--train-images=3000", "--out=" + models)
                .isDone();
        model = models.resolve(Outcome.files(models).stream()
                .filter(name -> name.endsWith(".safetensors"))
                .findFirst()
                .orElseThrow());
        JsonObject evaluated = evaluated(model);
        assertEquals("float32", evaluated.get("weights").getAsString());
        errors = errors(evaluated);
    }

    private static JsonObject evaluated(Path file, String... more) {
        String[] args = {"evaluate", "--model=" + file, "--json", "--out=" + folder.resolve("evaluated"), "--force"};
        return json(with(args, more)).getAsJsonObject("evaluated");
    }

    private static int errors(JsonObject evaluated) {
        return evaluated.getAsJsonObject("test").get("errors").getAsInt();
    }

    private static JsonObject json(String... args) {
        return JsonParser.parseString(Outcome.of(args).isDone().out()).getAsJsonObject();
    }

    private static String[] with(String[] args, String... more) {
        String[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }

    @ParameterizedTest
    @CsvSource({"bf16, 0.5, 10", "int8, 0.25, 60"})
    void anExportedFileIsSmallerAndPredictsTheSame(String type, double share, int moreErrors) throws IOException {
        Path file = folder.resolve(type + ".safetensors");
        Outcome.of("export", model.toString(), "--weights=" + type, "--out=" + file)
                .isDone();
        // The header and the biases stay as large.
        assertEquals(share, Files.size(file) / (double) Files.size(model), 0.1);
        JsonObject rounded = evaluated(model, "--weights=" + type);
        JsonObject kept = evaluated(file);
        assertEquals(type, rounded.get("weights").getAsString());
        assertEquals(type, kept.get("weights").getAsString());
        assertEquals(rounded.get("test"), kept.get("test"));
        assertTrue(errors(rounded) <= errors + moreErrors, errors(rounded) + " errors, " + errors + " of float32");
        JsonObject widened = evaluated(file, "--weights=float32");
        assertEquals("float32", widened.get("weights").getAsString());
        assertEquals(errors(rounded), errors(widened), 2);
    }

    @Test
    void onlySafetensorsHasTypesOfWeights() {
        Outcome.of("export", model.toString(), "--weights=bf16", "--format=onnx")
                .isRefused(WRONG_USAGE, "--weights is for --format=safetensors");
        Outcome.of("export", model.toString(), "--weights=bf16", "--out=" + folder.resolve("x.npz"))
                .isRefused(WRONG_USAGE, "--weights is for --format=safetensors");
    }

    @Test
    void anOnnxOfARoundedModelHoldsFloat32() throws IOException {
        Path rounded = folder.resolve("rounded.safetensors");
        Path wide = folder.resolve("wide.safetensors");
        Outcome.of("export", model.toString(), "--weights=bf16", "--out=" + rounded)
                .isDone();
        Outcome.of("export", rounded.toString(), "--weights=float32", "--out=" + wide)
                .isDone();
        Outcome.of("export", rounded.toString(), "--out=" + folder.resolve("rounded.onnx"))
                .isDone();
        Outcome.of("export", wide.toString(), "--out=" + folder.resolve("wide.onnx"))
                .isDone();
        assertEquals(-1, Files.mismatch(folder.resolve("rounded.onnx"), folder.resolve("wide.onnx")));
    }

    @Test
    void latencySaysWhichWeightsRan() {
        String file = model.toString();
        String[] args = {
            "latency",
            "--quick",
            "--backend=cpu-simd",
            "--weights=int8",
            "--teacher=" + file,
            "--student=" + file,
            "--out=" + folder.resolve("latency")
        };
        Outcome done = Outcome.of(args).isDone();
        assertTrue(done.out().contains("weights") && done.out().contains("int8"), done.out());
        for (JsonElement each : json(with(args, "--force", "--json")).getAsJsonArray("latency")) {
            assertEquals("int8", each.getAsJsonObject().get("weights").getAsString());
        }
    }

    @Test
    void predictSaysWhichWeightsRan() {
        Path samples = folder.resolve("samples");
        Outcome.of("predict", "--samples=" + samples, "--samples-of-each=1").isDone();
        Outcome done = Outcome.of("predict", samples.toString(), "--model=" + model, "--weights=bf16")
                .isDone();
        assertTrue(done.err().contains(model + ", bf16 weights"), done.err());
        JsonObject answers = json("predict", samples.toString(), "--model=" + model, "--weights=bf16", "--json");
        JsonObject asked = answers.getAsJsonArray("models").get(0).getAsJsonObject();
        assertEquals("bf16", asked.get("weights").getAsString());
    }

    @Test
    void otherTypesAreRefused() throws IOException {
        Outcome.of("evaluate", "--model=" + model, "--weights=fp8")
                .isRefused(WRONG_USAGE, "'fp8' is no type of weights, expected one of float32, bf16, int8");
        Path other = folder.resolve("other.safetensors");
        byte[] bytes = Files.readAllBytes(model);
        String header = new String(bytes, StandardCharsets.ISO_8859_1).replaceFirst("\"F32\"", "\"F16\"");
        Files.write(other, header.getBytes(StandardCharsets.ISO_8859_1));
        Outcome.of("evaluate", "--model=" + other).isRefused(BAD_FILE, "is of dtype F16, expected F32, BF16 or I8");
        Path mixed = folder.resolve("mixed.safetensors");
        SafeTensors whole = SafeTensors.read(model);
        var tensors = new LinkedHashMap<>(whole.tensors());
        var weight = tensors.get("1.dense.weight");
        tensors.put("1.dense.weight", new SafeTensors.Entry(weight.shape(), ElementType.BFLOAT16, weight.elements()));
        new SafeTensors(whole.metadata(), tensors).write(mixed);
        Outcome.of("evaluate", "--model=" + mixed).isRefused(BAD_FILE, "like the weights before");
    }
}
