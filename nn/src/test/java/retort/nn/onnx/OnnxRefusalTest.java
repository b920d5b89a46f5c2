package retort.nn.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.EnginesUnderTest;
import retort.nn.ModelFileException;
import retort.nn.Network;

/** What can't be read or run is refused at load, in one line that says what and where. */
class OnnxRefusalTest {
    @TempDir
    private Path folder;

    private void refused(OnnxBytes onnx, String problem) throws IOException {
        refused(onnx.bytes(), problem);
    }

    private void refused(byte[] bytes, String problem) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, bytes);
        String message = assertThrows(
                        ModelFileException.class, () -> Network.load(EnginesUnderTest.reference(), file, null))
                .getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
        assertEquals(1, message.lines().count(), message);
    }

    private static OnnxBytes images() {
        return new OnnxBytes(13).input("x", -1, 2, 4, 4).constant("f", new int[] {3, 2, 3, 3}, new float[54]);
    }

    private static OnnxBytes flat() {
        return new OnnxBytes(13).input("x", -1, 4);
    }

    @Test
    void everyTruncation() throws IOException {
        byte[] whole = images().node("Conv", "c", "x", "f")
                .node("Flatten", "y", "c")
                .output("y")
                .bytes();
        Path file = folder.resolve("model.onnx");
        Files.write(file, whole);
        Network.load(EnginesUnderTest.reference(), file, null).network().close();
        for (int length = 0; length < whole.length; length++) {
            refused(Arrays.copyOf(whole, length), "");
        }
    }

    @Test
    void anOperatorThatIsNotKnown() throws IOException {
        refused(
                flat().node("LSTM", "y", "x").output("y"),
                "node 'the y' (LSTM) is no operator that is run here, of opset 13; these are: Add, AveragePool, ");
    }

    @Test
    void anOpsetThatIsNotKnown() throws IOException {
        refused(
                new OnnxBytes(5).input("x", -1, 4).node("Relu", "y", "x").output("y"),
                "is of opset 5, expected 6 to 22");
        refused(new OnnxBytes(23).input("x", -1, 4).node("Relu", "y", "x").output("y"), "is of opset 23");
    }

    @Test
    void cycles() throws IOException {
        refused(
                flat().node("Add", "a", "x", "b").node("Relu", "b", "a").output("b"),
                "node 'the a' (Add) waits for b, which nothing before it gives");
        refused(flat().node("Relu", "a", "a").output("a"), "waits for a");
    }

    @Test
    void aValueThatIsGivenTwice() throws IOException {
        refused(
                flat().node("Relu", "y", "x").node("Identity", "y", "x").output("y"),
                "gives y, which is there already");
    }

    @Test
    void aTensorOfMoreElementsThanThereAre() throws IOException {
        OnnxBytes.Message huge = OnnxBytes.tensorOf("w", 1 << 20, 1 << 20);
        refused(flat().tensor(huge).node("MatMul", "y", "x", "w").output("y"), "more elements than an array holds");
        OnnxBytes.Message large = OnnxBytes.tensorOf("w", 1 << 15, 1 << 15).bytes(9, new byte[8]);
        refused(flat().tensor(large).node("MatMul", "y", "x", "w").output("y"), "has 8 bytes, expected 4294967296");
    }

    @Test
    void aSmallFileOfLargeValues() throws IOException {
        OnnxBytes wide = new OnnxBytes(13)
                .input("x", -1, 16_000, 16_000)
                .node("Relu", "y", "x")
                .output("y");
        Path file = folder.resolve("model.onnx");
        Files.write(file, wide.bytes());
        // Only what is computed takes memory.
        Network.load(EnginesUnderTest.reference(), file, null).network().close();
        refused(
                new OnnxBytes(13)
                        .input("x", -1, 2_000_000, 2_000)
                        .node("Relu", "y", "x")
                        .output("y"),
                "has an input that is too large");
        OnnxBytes.Message outside = OnnxBytes.tensorOf("w", 1 << 15, 1 << 15)
                .message(13, new OnnxBytes.Message().text(1, "location").text(2, "weights.bin"))
                .number(14, 1);
        refused(
                flat().tensor(outside).node("MatMul", "y", "x", "w").output("y"),
                "tensor w has 4294967296 bytes, expected at most 2147483583");
    }

    @Test
    void aSmallFileOfValuesThatGrow() throws IOException {
        OnnxBytes computed = new OnnxBytes(13).input("x", -1, 1024);
        String value = "x";
        for (int i = 0; i < 18; i++) {
            computed.node("Concat", "c" + i, node -> OnnxBytes.number(node, "axis", 1), value, value);
            value = "c" + i;
        }
        refused(computed.output(value), "computes more than 268435456 elements for an example");
        OnnxBytes folded = flat().list("c", new long[1 << 20]);
        value = "c";
        for (int i = 0; i < 17; i++) {
            folded.node("Add", "a" + i, value, "c");
            value = "a" + i;
        }
        refused(
                folded.node("Reshape", "y", "x", value).output("y"),
                "takes more than 16777216 elements of constants that are made of others");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/etc/passwd", "a/../../secret", "", "missing"})
    void elementsOutsideTheFolder(String location) throws IOException {
        Files.write(folder.resolveSibling("secret"), new byte[64]);
        OnnxBytes.Message tensor = OnnxBytes.tensorOf("w", 4, 4)
                .message(13, new OnnxBytes.Message().text(1, "location").text(2, location))
                .number(14, 1);
        refused(flat().tensor(tensor).node("MatMul", "y", "x", "w").output("y"), "tensor w is in ");
    }

    @Test
    void elementsBesideTheModelAreRead() throws IOException {
        Files.write(folder.resolve("weights.bin"), OnnxBytes.raw(0, 0, 1, 2, 3, 4));
        OnnxBytes.Message tensor = OnnxBytes.tensorOf("w", 4, 1)
                .message(13, new OnnxBytes.Message().text(1, "location").text(2, "weights.bin"))
                .message(13, new OnnxBytes.Message().text(1, "offset").text(2, "8"))
                .number(14, 1);
        Path file = folder.resolve("model.onnx");
        Files.write(
                file,
                flat().tensor(tensor).node("MatMul", "y", "x", "w").output("y").bytes());
        Network.load(EnginesUnderTest.reference(), file, null).network().close();
        Files.write(folder.resolve("weights.bin"), new byte[20]);
        refused(Files.readAllBytes(file), "has 16 bytes from 8 in weights.bin of 20, expected 16 that are there");
        Files.delete(folder.resolve("weights.bin"));
        Files.createSymbolicLink(folder.resolve("weights.bin"), Path.of("/etc/passwd"));
        refused(Files.readAllBytes(file), "expected a file in the folder of the model");
    }

    @Test
    void inputsThatAreNoBatchOfExamples() throws IOException {
        refused(flat().input("z", -1, 4).node("Add", "y", "x", "z").output("y"), "has the inputs x, z and 1 outputs");
        refused(new OnnxBytes(13).input("x", -1, -1).node("Relu", "y", "x").output("y"), "extents that are known");
        refused(
                flat().node("Flatten", "y", n -> OnnxBytes.number(n, "axis", 0), "x")
                        .output("y"),
                "a row for each example");
    }

    @Test
    void shapesThatDoNotFit() throws IOException {
        refused(
                images().constant("g", new int[] {3, 5, 3, 3}, new float[135])
                        .node("Conv", "y", "x", "g")
                        .output("y"),
                "node 'the y' (Conv) convolves [1, 2, 4, 4] with filters of [3, 5, 3, 3] in 1 groups");
        refused(
                images().node("Conv", "y", n -> OnnxBytes.numbers(n, "kernel_shape", 5, 5), "x", "f")
                        .output("y"),
                "has a kernel_shape [5, 5] that does not fit");
        refused(
                flat().constant("w", new int[] {5, 2}, new float[10])
                        .node("MatMul", "y", "x", "w")
                        .output("y"),
                "multiplies [1, 4] by [5, 2]");
        refused(flat().list("s", 0, 3).node("Reshape", "y", "x", "s").output("y"), "makes [1, 4] to [1, 3]");
        refused(
                flat().list("s", -1, -1).node("Reshape", "y", "x", "s").output("y"),
                "makes [1, 4] to [-1, -1], expected extents of 1 or more and at most one -1");
    }

    @Test
    void numbersThatCannotBeComputedWith() throws IOException {
        refused(
                flat().list("s", 1L << 40, 1).node("Reshape", "y", "x", "s").output("y"),
                "node 'the y' (Reshape) has the number 1099511627776, expected a smaller one");
        refused(
                flat().list("s", 1 << 30, 1 << 30, 1 << 30)
                        .node("Reshape", "y", "x", "s")
                        .output("y"),
                "which has other elements");
        refused(
                flat().list("a", 4)
                        .list("b", 0)
                        .node("Div", "s", "a", "b")
                        .node("Reshape", "y", "x", "s")
                        .output("y"),
                "node 'the s' (Div) divides a whole number by 0");
        refused(
                flat().list("a", 4)
                        .list("i", 5)
                        .node("Gather", "s", "a", "i")
                        .node("Reshape", "y", "x", "s")
                        .output("y"),
                "node 'the s' (Gather) gathers element 5 of a list of 1");
        refused(
                flat().list("p", 0, Integer.MAX_VALUE, 0, 1)
                        .node("Pad", "y", "x", "p")
                        .output("y"),
                "node 'the y' (Pad) can't be run: a number of it is too large, or a divisor 0");
    }

    @Test
    void whatIsNoOnnxFile() throws IOException {
        refused(new byte[0], "is no ONNX file: it holds no graph");
        refused("hello, this is text".getBytes(StandardCharsets.US_ASCII), "is no ONNX file");
        Path file = folder.resolve("folder.onnx");
        Files.createDirectory(file);
        String message = assertThrows(
                        ModelFileException.class, () -> Network.load(EnginesUnderTest.reference(), file, null))
                .getMessage();
        assertEquals(file + ": is no regular file, expected an ONNX file", message);
        Path missing = folder.resolve("missing.onnx");
        message = assertThrows(
                        ModelFileException.class, () -> Network.load(EnginesUnderTest.reference(), missing, null))
                .getMessage();
        assertEquals(missing + ": can't be read: no such file or folder", message);
    }
}
