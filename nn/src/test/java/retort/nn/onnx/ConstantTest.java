package retort.nn.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.nn.onnx.OnnxBytes.Message;

class ConstantTest {
    private static final int DIMS = 1;
    private static final int TYPE = 2;
    private static final int INT32S = 5;
    private static final int INT64S = 7;
    private static final int NAME = 8;
    private static final int RAW = 9;

    @ParameterizedTest
    @CsvSource({
        "1, 0000803f000020c1, 1, -10",
        "10, 003c00c9, 1, -10",
        "11, 000000000000f03f00000000000024c0, 1, -10",
        "2, 01f6, 1, 246",
        "3, 01f6, 1, -10",
        "9, 0100, 1, 0",
        "6, 01000000f6ffffff, 1, -10",
        "7, 0100000000000000f6ffffffffffffff, 1, -10"
    })
    void rawElementsAreOfTheirType(int type, String hex, float first, float second) {
        Constant constant = read(tensor(type, 2).bytes(RAW, HexFormat.of().parseHex(hex)));
        assertArrayEquals(new int[] {2}, constant.dims());
        assertEquals(2, constant.size());
        assertEquals(type == 1 || type == 10 || type == 11, constant.isFloat());
        for (int e = 0; e < 2; e++) {
            assertEquals(
                    e == 0 ? first : second,
                    constant.isFloat() ? constant.floats()[e] : constant.integers()[e],
                    "" + e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 5, 200, 200",
        "3, 5, 18446744073709551606, -10",
        "6, 5, 18446744073709551606, -10",
        "9, 5, 1, 1",
        "7, 7, 18446744073709551606, -10"
    })
    void wholeNumbersOneByOneAreOfTheirType(int type, int field, String written, long number) {
        Constant constant = read(tensor(type, 1).number(field, Long.parseUnsignedLong(written)));
        assertArrayEquals(new long[] {number}, constant.integers());
    }

    @Test
    void floatsOneByOneAreOfTheirType() {
        assertArrayEquals(new float[] {-10}, read(tensor(1, 1).float32(4, -10)).floats());
        // float16 is kept as the bits of an integer.
        assertArrayEquals(
                new float[] {-10}, read(tensor(10, 1).number(INT32S, 0xc900)).floats());
        byte[] bits = HexFormat.of().parseHex("00000000000024c0");
        assertArrayEquals(new float[] {-10}, read(tensor(11, 1).bytes(10, bits)).floats());
    }

    @Test
    void aTensorHasItsNameAndAllItsAxes() {
        Message message = new Message()
                .number(DIMS, 2)
                .number(DIMS, 0)
                .number(DIMS, 3)
                .number(TYPE, 7)
                .text(NAME, "weights");
        Constant.Named named = Constant.readNamed(new WireReader(message.toBytes()), folder());
        assertEquals("weights", named.name());
        assertArrayEquals(new int[] {2, 0, 3}, named.constant().dims());
        assertEquals(0, named.constant().size());
        assertArrayEquals(
                new int[] {6, 1}, named.constant().withDims(new int[] {6, 1}).dims());
        assertArrayEquals(new int[] {2}, Constant.list(4, 5).dims());
    }

    @Test
    void elementsThatDoNotFitTheShapeAreRefused() {
        refused(tensor(7, 2).number(INT64S, 1), "tensor x of [2] has 1 elements, expected 2");
        refused(tensor(1, 2).bytes(RAW, new byte[4]), "tensor x of [2] has 4 bytes, expected 8");
        refused(tensor(1, 2).bytes(RAW, new byte[12]), "tensor x of [2] has 12 bytes, expected 8");
        refused(tensor(8, 1), "tensor x is of element type 8");
        refused(tensor(1, -1), "tensor x has the shape [-1]");
        refused(tensor(1, 1L << 31), "tensor x has the shape [2147483648]");
        refused(tensor(1, Integer.MAX_VALUE), "more elements than an array holds");
        refused(tensor(1, ExternalData.MOST_BYTES), "tensor x of [" + ExternalData.MOST_BYTES + "] has 0 elements");
        refused(tensor(1, 1 << 16).number(DIMS, 1 << 16), "more elements than an array holds");
    }

    private static void refused(Message message, String reason) {
        Refusal refusal = assertThrows(Refusal.class, () -> read(message));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    private static Message tensor(int type, long extent) {
        return new Message().number(DIMS, extent).number(TYPE, type).text(NAME, "x");
    }

    private static Constant read(Message message) {
        return Constant.read(new WireReader(message.toBytes()), folder());
    }

    private static ExternalData folder() {
        return new ExternalData(Path.of("."));
    }
}
