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
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.op.Shape;

class SafeTensorsTest {
    private static final String ONE_TENSOR = "{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        new SafeTensors(Map.of("k", "v"), Map.of("b", new SafeTensors.Entry(Shape.of(2), new float[] {1, -2})))
                .write(file);

        String header =
                "{\"__metadata__\":{\"k\":\"v\"},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        assertEquals(79, header.length());
        String expected =
                "5000000000000000" + HexFormat.of().formatHex((header + " ").getBytes(StandardCharsets.US_ASCII))
                        + "0000803f" + "000000c0";
        assertEquals(expected, HexFormat.of().formatHex(Files.readAllBytes(file)));
    }

    @Test
    void readsBackWhatWasWritten() throws IOException {
        Random random = new Random(7);
        Map<String, SafeTensors.Entry> tensors = new LinkedHashMap<>();
        // One tensor longer than the buffer, one that fills it, and names that JSON must escape.
        for (Shape shape : List.of(Shape.of(3, 100_003), Shape.of(1 << 18), Shape.of(1), Shape.of(3, 3, 1, 32))) {
            float[] elements = new float[shape.size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = Float.intBitsToFloat(random.nextInt());
            }
            tensors.put("layer \"" + tensors.size() + "\" <é>\n", new SafeTensors.Entry(shape, elements));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "");
        metadata.put("a", "\u2028'π'\\");
        new SafeTensors(metadata, tensors).write(file);

        SafeTensors read = SafeTensors.read(file);

        assertEquals(
                List.copyOf(metadata.entrySet()), List.copyOf(read.metadata().entrySet()));
        assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.tensors().keySet()));
        tensors.forEach((name, tensor) -> {
            assertEquals(tensor.shape(), read.tensors().get(name).shape());
            assertArrayEquals(
                    bits(tensor.elements()), bits(read.tensors().get(name).elements()), name);
        });
        Path again = folder.resolve("again");
        read.write(again);
        assertEquals(-1, Files.mismatch(file, again));
    }

    @Test
    void theDataIsAlignedWhateverTheHeadersLength() throws IOException {
        for (String name = "t"; name.length() < 10; name += "t") {
            new SafeTensors(Map.of(), Map.of(name, new SafeTensors.Entry(Shape.of(1), new float[1]))).write(file);
            assertEquals(4, Files.size(file) % 8, name);
            SafeTensors.read(file);
        }
    }

    @Test
    void tensorsMayLieInAnotherOrderThanTheHeaders() throws IOException {
        write(
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
                        + "\"a\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[1,1]}}",
                1,
                2);

        SafeTensors read = SafeTensors.read(file);

        assertEquals(List.of("b", "a"), List.copyOf(read.tensors().keySet()));
        assertArrayEquals(new float[] {2}, read.tensors().get("b").elements());
        assertArrayEquals(new float[] {1}, read.tensors().get("a").elements());
    }

    @Test
    void aFileWithoutTensorsIsAFile() {
        new SafeTensors(Map.of(), Map.of()).write(file);
        assertTrue(SafeTensors.read(file).tensors().isEmpty());
    }

    @Test
    void refusesAFileThatIsMissingOrAFolder() throws IOException {
        refused("can't be read: no such file");
        Files.createDirectory(file);
        refused("can't be read: Is a directory");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0700                     | 2 bytes, expected a header of 8
            0900000000000000 7b7d    | a header of 9 bytes in a file of 10
            8196980000000000 7b7d    | a header of 10000001 bytes, expected at most 10000000
            ffffffffffffffff 7b7d    | a header of 18446744073709551615 bytes
            0200000000000000 c328    | the header is not UTF-8""")
    void refusesWhatIsNotTheFormat(String bytes, String problem) throws IOException {
        Files.write(file, HexFormat.of().parseHex(bytes.replace(" ", "")));
        refused(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"b\":1}",
                "{'b':{}}",
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}",
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}",
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[\"0\",8]}}",
                "\uFEFF{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                " {\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[2]"
            })
    void refusesAHeaderThatIsNotItsJson(String header) throws IOException {
        write(header, 1, 2);
        refused("the header is not the JSON of a safetensors file, expected tensors' dtype, shape and data_offsets");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "F32"   | "F16"    | tensor b is of dtype F16, expected F32, BF16 or I8
            [2]     | []       | tensor b has a shape that is not done here: shape: at least one extent is needed
            [2]     | [0]      | tensor b has a shape that is not done here: shape: extents must be positive
            [2]     | [2,4294967296] | tensor b has a shape that is not done here: integer overflow
            [2]     | [3]      | tensor b has data_offsets [0, 8], expected 12 bytes for shape 3
            [0,8]   | [8,0]    | tensor b has data_offsets [8, 0], expected 8 bytes for shape 2
            [0,8]   | [-8,0]   | tensor b has data_offsets [-8, 0], expected 8 bytes
            [0,8]   | [8]      | tensor b has data_offsets [8], expected 8 bytes
            [0,8]   | [4,12]   | tensor b starts at byte 4 of the data, expected 0: bytes of no tensor
            "dtype" | "type"   | tensor b has an unknown key type
            ,"shape":[2] | ``  | tensor b lacks one of dtype, shape and data_offsets
            {"b"    | {"__metadata__":{"k":1},"b" | metadata k is a JSON NUMBER, expected a string
            "dtype" | "shape":[2],"dtype" | tensor b has two entries of the key shape
            {"b"    | {"__metadata__":{"k":"","k":""},"b" | the metadata has two entries of the name k
            }}      | }} {}    | the header""")
    void refusesAHeaderThatDoesNotFit(String part, String changed, String problem) throws IOException {
        assertTrue(ONE_TENSOR.contains(part), part);
        write(ONE_TENSOR.replace(part, changed), 1, 2);
        refused(problem);
    }

    @Test
    void refusesTensorsThatOverlapAndNamesThatRepeat() throws IOException {
        String second = ",\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}";
        String first = ONE_TENSOR.substring(0, ONE_TENSOR.length() - 1);
        write(first + second.formatted("c"), 1, 2);
        refused("tensor c starts at byte 4 of the data, expected 8: tensors overlap");
        write(first + second.formatted("b"), 1, 2);
        refused("the header has two entries of the name b");
    }

    /** It could draw on the terminal, or be the whole file. */
    @Test
    void namesStandInMessagesAsTheyCanBePrinted() throws IOException {
        write(
                ONE_TENSOR
                        .replace("\"b\"", "\"\\u001b[31m\\n" + "b".repeat(100_000) + "\"")
                        .replace("[2]", "[3]"),
                1,
                2);
        refused("tensor \\u001b[31m\\u000ab");
    }

    @Test
    void refusesDataThatIsShortOrLong() throws IOException {
        write(ONE_TENSOR, 1);
        refused("truncated: tensor b ends at byte 8 of 4");
        write(ONE_TENSOR, 1, 2, 3);
        refused("4 bytes follow the last tensor, expected none");
    }

    @Test
    void aWriteThatFailsLeavesNothingBehind() throws IOException {
        Files.createDirectory(file);
        Files.createFile(file.resolve("occupied"));
        SafeTensors model = new SafeTensors(Map.of(), Map.of("b", new SafeTensors.Entry(Shape.of(1), new float[1])));

        ModelFileException error = assertThrows(ModelFileException.class, () -> model.write(file));

        assertTrue(error.getMessage().startsWith(file + ": can't be written: "), error.getMessage());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
        Path nowhere = folder.resolve("nowhere").resolve("model");
        error = assertThrows(ModelFileException.class, () -> model.write(nowhere));
        assertEquals(nowhere + ": can't be written: no such file or folder", error.getMessage());
    }

    @Test
    void aWriteReplacesAnOlderFileOnlyWhenItIsWhole() throws IOException {
        Files.writeString(file, "older and longer than what replaces it ".repeat(10));
        new SafeTensors(Map.of(), Map.of()).write(file);
        assertEquals(16, Files.size(file));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void refusesElementsThatDoNotFillTheShapeAndTheNameOfTheMetadata() {
        assertThrows(IllegalArgumentException.class, () -> new SafeTensors.Entry(Shape.of(2), new float[3]));
        SafeTensors.Entry entry = new SafeTensors.Entry(Shape.of(1), new float[1]);
        assertThrows(IllegalArgumentException.class, () -> new SafeTensors(Map.of(), Map.of("__metadata__", entry)));
    }

    private void write(String header, float... data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        for (float element : data) {
            bytes.putFloat(element);
        }
        Files.write(file, bytes.array());
    }

    private void refused(String problem) {
        String message = assertThrows(ModelFileException.class, () -> SafeTensors.read(file))
                .getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
        assertEquals(1, message.lines().count(), message);
    }

    /** A test of equality for NaN payloads too. */
    private static int[] bits(float[] elements) {
        int[] bits = new int[elements.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(elements[i]);
        }
        return bits;
    }
}
