package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.Scope;

/** Reads a model by the rules of docs/model-files.md and nothing else, and computes what it says. */
class ModelFilePageTest {
    private static final String ARCHITECTURE = "input 2x2x1; flatten; dense 3; relu; dense 2";

    @TempDir
    private Path folder;

    @Test
    void whatThePageSaysIsEnoughToPredict() throws IOException {
        Path file = folder.resolve("model.safetensors");
        float[] x = {0.1f, 0.9f, 0.4f, 0.7f};
        float[] expected;
        Backend backend = EnginesUnderTest.reference();
        try (Sequential model =
                        Sequential.create(backend, Architecture.parse(ARCHITECTURE), Initializer.GLOROT_UNIFORM, 4);
                Scope scope = backend.scope()) {
            backend.fill(model.parameters().get(1).value(), 0.25f);
            model.save(file, Map.of());
            expected = backend.download(model.infer(scope, scope.tensorOf(model.batchShape(1), x)));
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(bytes.getLong());
        byte[] json = new byte[length];
        bytes.get(json);
        JsonObject header =
                JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
        ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(
                ARCHITECTURE,
                header.getAsJsonObject("__metadata__").get("architecture").getAsString());
        float[] hidden = dense(header, data, "1.dense", x);
        for (int j = 0; j < hidden.length; j++) {
            hidden[j] = Math.max(hidden[j], 0);
        }
        assertArrayEquals(expected, dense(header, data, "3.dense", hidden), 1e-6f);
    }

    private static float[] dense(JsonObject header, ByteBuffer data, String name, float[] x) {
        float[] w = elements(header, data, name + ".weight", x.length);
        float[] y = elements(header, data, name + ".bias", w.length / x.length).clone();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                y[j] += x[i] * w[i * y.length + j];
            }
        }
        return y;
    }

    private static float[] elements(JsonObject header, ByteBuffer data, String name, int rows) {
        JsonObject tensor = header.getAsJsonObject(name);
        assertEquals("F32", tensor.get("dtype").getAsString());
        assertEquals(rows, tensor.getAsJsonArray("shape").get(0).getAsInt());
        JsonArray range = tensor.getAsJsonArray("data_offsets");
        int from = range.get(0).getAsInt();
        float[] elements = new float[(range.get(1).getAsInt() - from) / Float.BYTES];
        data.slice(from, elements.length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(elements);
        return elements;
    }
}
