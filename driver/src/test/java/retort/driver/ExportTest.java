package retort.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.SafeTensors;
import retort.nn.Sequential;

/** {@code retort export}: its files are whole, or there are none. */
class ExportTest {
    private static final int WRONG_USAGE = 2;
    private static final int BAD_FILE = 4;

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void save() {
        model = save("input 28x28x1; conv2d 3 5x5; relu; flatten; dense 10");
    }

    private Path save(String architecture) {
        Path file = folder.resolve("student.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential network =
                        Sequential.create(backend, Architecture.parse(architecture), Initializer.GLOROT_UNIFORM, 0)) {
            network.save(file, Map.of("temperature", "3.5", "dataset", "M\u00fcnchen"));
        }
        return file;
    }

    @Test
    void theFormatIsWhatIsAskedForOrWhatTheNameEndsIn() throws IOException {
        Path out = folder.resolve("below/model.onnx");
        Outcome done = Outcome.of("export", model.toString(), "--out=" + out, "--temperature=2")
                .isDone();
        assertTrue(done.out().startsWith(out + ", "), done.out());
        String onnx = Files.readString(out, StandardCharsets.ISO_8859_1);
        assertTrue(onnx.contains("probabilities") && onnx.contains("Gemm"));
        Path odd = folder.resolve("model.bin");
        Outcome.of("export", model.toString(), "--out=" + odd).isRefused(WRONG_USAGE, "model.bin ends in no format");
        Outcome.of("export", model.toString(), "--out=" + odd, "--format=npz").isDone();
        try (ZipFile zip = new ZipFile(odd.toFile())) {
            assertEquals(5, zip.size());
        }
    }

    @Test
    void anNpzHoldsEveryTensorAndTheMetadata() throws IOException {
        Path out = folder.resolve("model.npz");
        Outcome.of("export", model.toString(), "--out=" + out).isDone();
        Map<String, SafeTensors.Entry> expected = SafeTensors.read(model).tensors();
        try (ZipFile zip = new ZipFile(out.toFile())) {
            List<String> names = new ArrayList<>();
            for (ZipEntry entry : Collections.list(zip.entries())) {
                names.add(entry.getName().replace(".npy", ""));
            }
            List<String> tensors = new ArrayList<>(expected.keySet());
            tensors.add("metadata");
            assertEquals(tensors, names);
            for (var named : expected.entrySet()) {
                String shape = named.getValue().shape().toString().replace(" x", ",");
                ByteBuffer elements = elements(zip, named.getKey(), "'<f4'", "(" + shape);
                float[] floats = new float[elements.remaining() / Float.BYTES];
                elements.asFloatBuffer().get(floats);
                assertArrayEquals(named.getValue().elements(), floats);
            }
            ByteBuffer text = elements(zip, "metadata", "'<U", "'shape': ()");
            String json = new String(text.array(), text.arrayOffset(), text.remaining(), "UTF-32LE");
            var metadata = JsonParser.parseString(json).getAsJsonObject();
            assertEquals("M\u00fcnchen", metadata.get("dataset").getAsString());
            assertEquals("0,1,2,3,4,5,6,7,8,9", metadata.get("classes").getAsString());
        }
    }

    /** What follows the header of a .npy file that speaks of this type and shape. */
    private static ByteBuffer elements(ZipFile zip, String name, String type, String shape) throws IOException {
        byte[] bytes = zip.getInputStream(zip.getEntry(name + ".npy")).readAllBytes();
        ByteBuffer npy = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals("\u0093NUMPY\u0001\u0000", new String(bytes, 0, 8, StandardCharsets.ISO_8859_1));
        int length = npy.getShort(8);
        String header = new String(bytes, 10, length, StandardCharsets.US_ASCII);
        assertEquals(0, (10 + length) % 64);
        assertTrue(header.endsWith("\n") && header.contains(type) && header.contains(shape), header);
        return npy.position(10 + length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void aSafetensorsFileIsAModelAgain() {
        Path out = folder.resolve("taken.safetensors");
        Outcome.of("export", model.toString(), "--out=" + out).isDone();
        SafeTensors taken = SafeTensors.read(out);
        assertEquals("0,1,2,3,4,5,6,7,8,9", taken.metadata().get("classes"));
        Outcome.of("export", out.toString(), "--out=" + folder.resolve("again.npz"))
                .isDone();
    }

    @Test
    void equalModelsGiveEqualBytes() throws IOException {
        for (String format : List.of("onnx", "npz", "safetensors")) {
            Path first = folder.resolve("first." + format);
            Path second = folder.resolve("second." + format);
            Outcome.of("export", model.toString(), "--out=" + first).isDone();
            Outcome.of("export", model.toString(), "--out=" + second).isDone();
            assertEquals(-1, Files.mismatch(first, second), format);
        }
    }

    @Test
    void aFileThatIsThereIsOverwrittenWhenAskedTo() throws IOException {
        Path out = Files.writeString(folder.resolve("model.onnx"), "mine");
        Outcome.of("export", model.toString(), "--out=" + out).isRefused(WRONG_USAGE, out.toString(), "--force");
        assertEquals("mine", Files.readString(out));
        Outcome.of("export", model.toString(), "--out=" + out, "--force").isDone();
        assertTrue(Files.size(out) > 1000);
        Outcome.of("export", model.toString(), "--out=" + model, "--force")
                .isRefused(WRONG_USAGE, "is the model itself");
    }

    @Test
    void whatCannotBeExportedLeavesNothing() throws IOException {
        Path out = folder.resolve("model.onnx");
        Path none = folder.resolve("none.safetensors");
        Outcome.of("export", none.toString(), "--out=" + out).isRefused(BAD_FILE, none + ": ");
        Outcome.of("export", model.toString(), "--out=" + folder).isRefused(WRONG_USAGE, "ends in no format");
        Outcome.of("export", model.toString(), "--format=npz", "--temperature=2")
                .isRefused(WRONG_USAGE, "--temperature is for --format=onnx");
        Outcome.of("export", model.toString(), "--format=h5").isRefused(WRONG_USAGE, "--format");
        save("input 6x6x1; conv2d 2 3x3");
        Outcome.of("export", model.toString(), "--out=" + out, "--temperature=2")
                .isRefused(BAD_FILE, model + ": onnx: probabilities need a flat output, this network's is 4 x 4 x 2");
        assertEquals(List.of("student.safetensors"), Outcome.files(folder));
        assertFalse(Files.exists(out));
    }
}
