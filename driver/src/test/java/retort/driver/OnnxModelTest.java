package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Sequential;

/** An ONNX model in the place of a saved one: the same answers, and the same student. */
class OnnxModelTest {
    private static final int BAD_FILE = 4;

    @TempDir
    private Path folder;

    private Path saved;
    private Path onnx;
    private String data;

    @BeforeEach
    void export() throws IOException {
        saved = folder.resolve("teacher.safetensors");
        onnx = folder.resolve("teacher.onnx");
        String architecture = "input 28x28x1; conv2d 4 5x5 stride 2 padding 2; relu; flatten; dense 12; relu; dense 10";
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential network =
                        Sequential.create(backend, Architecture.parse(architecture), Initializer.GLOROT_UNIFORM, 3)) {
            network.save(saved, Map.of());
        }
        Outcome.of("export", saved.toString(), "--out=" + onnx).isDone();
        Path images = Files.createDirectories(folder.resolve("data"));
        SyntheticSet.write(images, 200, 100);
        data = "--data=" + images;
    }

    @Test
    void isEvaluatedAsTheSavedOneIs() {
        assertEquals(evaluated(saved).get("test"), evaluated(onnx).get("test"));
    }

    private JsonObject evaluated(Path model) {
        Outcome done =
                Outcome.of("evaluate", "--model=" + model, data, "--json").isDone();
        return JsonParser.parseString(done.out()).getAsJsonObject().getAsJsonObject("evaluated");
    }

    @Test
    void teachesAndIsTimed() {
        Path out = folder.resolve("out");
        Outcome done = Outcome.of("distill", "--teacher=" + onnx, data, "--quick", "--out=" + out)
                .isDone();
        assertTrue(Files.exists(out.resolve("distilled-wide.safetensors")), done.out());
        Outcome timed = Outcome.of(
                        "latency",
                        "--teacher=" + onnx,
                        data,
                        "--quick",
                        "--profile",
                        "--backend=cpu-simd",
                        "--out=" + folder.resolve("timed"))
                .isDone();
        for (int batch : new int[] {1, 32}) {
            String line = "conv2d:n" + batch + "h28w28c1:k5x5o4:s2p2\\+bias\\+relu +100 .*";
            assertTrue(timed.err().lines().anyMatch(each -> each.matches(line)), timed.err());
        }
    }

    @Test
    void oneForOtherImagesOrThatIsDamagedIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(onnx);
        Files.write(onnx, Arrays.copyOf(whole, whole.length / 2));
        Outcome.of("distill", "--teacher=" + onnx, data, "--quick", "--out=" + folder.resolve("out"))
                .isRefused(BAD_FILE, onnx + ": is no ONNX file, or truncated: ");
    }
}
