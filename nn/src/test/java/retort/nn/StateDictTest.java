package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.Scope;
import retort.kernels.op.Shape;

/** A state dict as PyTorch writes it gives the logits that PyTorch's definitions give, channels first. */
class StateDictTest {
    private static final int HEIGHT = 5;
    private static final int WIDTH = 4;
    private static final int CHANNELS = 3;
    private static final Architecture NETWORK =
            Architecture.parse("input 5x4x3; conv2d 2 3x3 stride 1 padding 1; relu; depthwise-conv2d 1x3; flatten;"
                    + " dropout 0.5; dense 6; residual [dense 6]; relu; dense 3");
    private static final Map<String, String> MODULES = Map.of(
            "0.conv2d", "features.0",
            "2.depthwise-conv2d", "features.2",
            "5.dense", "fc1",
            "6.0.dense", "block",
            "8.dense", "fc2");

    @TempDir
    private Path folder;

    private final Map<String, SafeTensors.Entry> tensors = new LinkedHashMap<>();
    private final Random random = new Random(7);
    private Path file;

    @BeforeEach
    void draw() {
        file = folder.resolve("net.safetensors");
        // In the order of names, as the format's own library writes them.
        put("block.bias", 6);
        put("block.weight", 6, 6);
        put("fc1.bias", 6);
        put("fc1.weight", 6, 2 * HEIGHT * 2);
        put("fc2.bias", 3);
        put("fc2.weight", 3, 6);
        put("features.0.bias", 2);
        put("features.0.weight", 2, CHANNELS, 3, 3);
        put("features.2.bias", 2);
        put("features.2.weight", 2, 1, 1, 3);
    }

    private void put(String name, int... extents) {
        Shape shape = Shape.of(extents);
        float[] elements = new float[shape.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = random.nextFloat() - 0.5f;
        }
        tensors.put(name, new SafeTensors.Entry(shape, elements));
    }

    private float[] of(String name) {
        return tensors.get(name).elements();
    }

    @Test
    void theLogitsAreThoseOfADirectComputation() {
        new SafeTensors(Map.of(), tensors).write(file);
        float[] image = new float[CHANNELS * HEIGHT * WIDTH];
        float[] x = new float[image.length];
        for (int c = 0; c < CHANNELS; c++) {
            for (int p = 0; p < HEIGHT * WIDTH; p++) {
                image[c * HEIGHT * WIDTH + p] = random.nextFloat();
                x[p * CHANNELS + c] = image[c * HEIGHT * WIDTH + p];
            }
        }
        float[] hidden = dense("fc1", depthwise(convolution(image)));
        float[] block = dense("block", hidden);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = Math.max(0, hidden[i] + block[i]);
        }
        assertArrayEquals(dense("fc2", hidden), logits(x), 1e-5f);
    }

    private float[] logits(float[] x) {
        Backend backend = EnginesUnderTest.reference();
        StateDict.Loaded loaded = StateDict.load(backend, file, NETWORK, MODULES);
        assertEquals(List.of(), loaded.remarks());
        try (Sequential model = loaded.model();
                Scope scope = backend.scope()) {
            return backend.download(model.infer(scope, scope.tensorOf(model.batchShape(1), x)));
        }
    }

    /** 3 x 3 with a frame of zeros, then max(x, 0): channels x height x width. */
    private float[] convolution(float[] image) {
        float[] y = new float[2 * HEIGHT * WIDTH];
        for (int o = 0; o < 2; o++) {
            for (int h = 0; h < HEIGHT; h++) {
                for (int w = 0; w < WIDTH; w++) {
                    double sum = of("features.0.bias")[o];
                    for (int c = 0; c < CHANNELS; c++) {
                        for (int k = 0; k < 9; k++) {
                            int row = h + k / 3 - 1;
                            int column = w + k % 3 - 1;
                            if (row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH) {
                                sum += of("features.0.weight")[(o * CHANNELS + c) * 9 + k]
                                        * image[(c * HEIGHT + row) * WIDTH + column];
                            }
                        }
                    }
                    y[(o * HEIGHT + h) * WIDTH + w] = (float) Math.max(0, sum);
                }
            }
        }
        return y;
    }

    /** 1 x 3, each channel alone, and then flat: channels x height x width. */
    private float[] depthwise(float[] x) {
        int width = WIDTH - 2;
        float[] y = new float[2 * HEIGHT * width];
        for (int i = 0; i < y.length; i++) {
            int c = i / (HEIGHT * width);
            int line = i / width;
            double sum = of("features.2.bias")[c];
            for (int k = 0; k < 3; k++) {
                sum += of("features.2.weight")[c * 3 + k] * x[line * WIDTH + i % width + k];
            }
            y[i] = (float) sum;
        }
        return y;
    }

    private float[] dense(String module, float[] x) {
        float[] y = of(module + ".bias").clone();
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += of(module + ".weight")[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    /** F16, F64 and a counter without an axis, as state dicts have them. */
    @Test
    void numbersOfOtherTypesAreRead() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[4,12]},"
                + "\"c\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[12,20]},"
                + "\"d\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[20,22]}}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 22).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        bytes.putShort(Float.floatToFloat16(1.5f)).putShort(Float.floatToFloat16(-0.25f));
        bytes.putDouble(0.1).putLong(7).putShort((short) (Float.floatToRawIntBits(2) >>> 16));
        Files.write(file, bytes.array());
        Map<String, SafeTensors.Entry> read = SafeTensors.readAny(file).tensors();
        assertArrayEquals(new float[] {1.5f, -0.25f}, read.get("a").elements());
        assertArrayEquals(new float[] {0.1f}, read.get("b").elements());
        assertArrayEquals(new float[] {7}, read.get("c").elements());
        assertArrayEquals(new float[] {2}, read.get("d").elements());
        assertTrue(assertThrows(ModelFileException.class, () -> SafeTensors.read(file))
                .getMessage()
                .endsWith("tensor a is of dtype F16, expected F32, BF16 or I8"));
    }

    @Test
    void whatDoesNotFitIsNamedOnBothSides() {
        put("fc2.weight", 3, 7);
        refused("fc2.weight is 3 x 7, expected 3 x 6 for 8.dense");
        put("fc2.weight", 6, 3);
        refused("fc2.weight is 6 x 3, expected 3 x 6 for 8.dense");
        put("fc2.weight", 3, 6);
        put("features.0.weight", 2, 1, 3, 3);
        refused("features.0.weight is 2 x 1 x 3 x 3, expected 2 x 3 x 3 x 3 for 0.conv2d");
        put("features.0.weight", 2, 3, 3, 3);
        put("fc2.bias", 4);
        refused("fc2.bias is 4, expected 3 for 8.dense");
        put("fc2.bias", 3);
        put("fc3.weight", 1);
        put("fc3.bias", 1);
        refused("has tensors that no layer takes: fc3.weight, fc3.bias");
        tensors.remove("fc3.weight");
        tensors.remove("fc3.bias");
        tensors.remove("fc1.weight");
        refused("has no tensor fc1.weight for 5.dense, it has block.bias, block.weight, fc1.bias, fc2.bias,"
                + " fc2.weight, features.0.bias, features.0.weight, features.2.bias and 1 more");
        put("fc1.weight", 6, 20);
        of("fc1.weight")[3] = Float.NaN;
        refused("fc1.weight has NaN, expected finite numbers");
    }

    private void refused(String problem) {
        new SafeTensors(Map.of(), tensors).write(file);
        var refusal = assertThrows(
                ModelFileException.class, () -> StateDict.load(EnginesUnderTest.reference(), file, NETWORK, MODULES));
        assertEquals(file + ": " + problem, refusal.getMessage());
    }

    @Test
    void aModuleWithoutBiasHasNoneAndItIsSaid() {
        tensors.remove("features.0.bias");
        new SafeTensors(Map.of(), tensors).write(file);
        StateDict.Loaded loaded = StateDict.load(EnginesUnderTest.reference(), file, NETWORK, MODULES);
        loaded.model().close();
        assertEquals(List.of("features.0 has no bias, so that of 0.conv2d is 0"), loaded.remarks());
    }

    /** And the counter that PyTorch has beside them is left alone. */
    @Test
    void runningStatisticsAreTakenAndALayerWithoutBiasWantsNone() {
        tensors.clear();
        put("0.weight", 2, 3, 1, 1);
        put("1.bias", 2);
        put("1.running_mean", 2);
        put("1.running_var", 2);
        put("1.weight", 2);
        put("1.num_batches_tracked", 1);
        new SafeTensors(Map.of(), tensors).write(file);
        Architecture network = Architecture.parse("input 2x2x3; conv2d 2 1x1 no-bias; batchnorm");
        Map<String, String> modules = Map.of("0.conv2d", "0", "1.batchnorm", "1");
        Backend backend = EnginesUnderTest.reference();
        StateDict.Loaded loaded = StateDict.load(backend, file, network, modules);
        assertEquals(List.of(), loaded.remarks());
        try (Sequential model = loaded.model()) {
            for (Parameter tensor : model.tensors()) {
                if (!tensor.name().equals("0.conv2d.weight")) {
                    String theirs = tensor.name().replace("1.batchnorm", "1");
                    assertArrayEquals(of(theirs), backend.download(tensor.value()), tensor.name());
                }
            }
        }
        tensors.remove("1.running_var");
        new SafeTensors(Map.of(), tensors).write(file);
        assertThrows(ModelFileException.class, () -> StateDict.load(backend, file, network, modules));
    }

    @Test
    void modulesAreNamedForEveryLayer() {
        new SafeTensors(Map.of(), tensors).write(file);
        Map<String, String> less = new HashMap<>(MODULES);
        less.remove("8.dense");
        assertThrows(
                IllegalArgumentException.class,
                () -> StateDict.load(EnginesUnderTest.reference(), file, NETWORK, less));
        assertEquals(
                List.of("0.conv2d", "2.depthwise-conv2d", "5.dense", "6.0.dense", "8.dense"),
                StateDict.layers(NETWORK));
    }

    @Test
    void aFlattenedImageThatIsNoDenseLayersInputIsRefused() {
        for (String text : List.of(
                "input 2x2x3; flatten", "input 2x2x3; flatten; residual [dense 12]; dense 2", "input 2x1x2; flatten")) {
            Architecture architecture = Architecture.parse(text);
            String message = assertThrows(IllegalArgumentException.class, () -> StateDict.layers(architecture))
                    .getMessage();
            assertTrue(message.startsWith("state dict: a flattened image of "), message);
        }
        assertEquals(List.of(), StateDict.layers(Architecture.parse("input 2x2x1; flatten")));
    }
}
