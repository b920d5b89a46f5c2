package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random numbers, and numbers of fewer bits, against values from elsewhere. */
class NumbersTest {
    /** The known answers that its authors' library, Random123, checks itself with. */
    @Test
    void philoxGivesItsAuthorsNumbers() {
        assertPhilox(0, new int[] {0, 0, 0, 0}, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertPhilox(-1, new int[] {-1, -1, -1, -1}, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertPhilox(
                0x299f31d0_a4093822L,
                new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                0xd16cfe09,
                0x94fdcceb,
                0x5001e420,
                0x24126ea1);
    }

    private static void assertPhilox(long key, int[] counter, int... expected) {
        int[] words = new int[6];
        Philox.block(key, counter[0], counter[1], counter[2], counter[3], words, 1);
        assertArrayEquals(new int[] {0, expected[0], expected[1], expected[2], expected[3], 0}, words);
    }

    @Test
    void aDropoutKeysCounterIsBlockStreamAndStep() {
        int[] expected = new int[4];
        Philox.block(99, 5, 3, 0x89abcdef, 0x01234567, expected, 0);
        int[] words = new int[4];
        new DropoutKey(99, 3, 0x01234567_89abcdefL).words(5, words, 0);
        assertArrayEquals(expected, words);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.5, 2147483648", "0.25, 1073741824", "0.75, 3221225472"})
    void theShareOfWordsBelowTheThresholdIsTheRate(float rate, long threshold) {
        assertEquals(threshold, Integer.toUnsignedLong(DropoutKey.threshold(rate)));
    }

    /** 1 + 2^-7 is the next one after 1; halfway between, the even one is taken. */
    @Test
    void bfloat16IsTheNearestAndOfTwoTheEven() {
        assertEquals(1, rounded(1));
        assertEquals(1, rounded(1 + 0x1p-8f));
        assertEquals(1 + 0x1p-6f, rounded(1 + 0x1p-7f + 0x1p-8f));
        assertEquals(1 + 0x1p-7f, rounded(1 + 0x1p-8f + 0x1p-20f));
        assertEquals(-1 - 0x1p-7f, rounded(-1 - 0x1p-8f - 0x1p-20f));
        assertEquals(1, rounded(1 + 0x1p-8f - 0x1p-20f));
        assertEquals(Float.POSITIVE_INFINITY, rounded(Float.MAX_VALUE));
        assertEquals(Float.NEGATIVE_INFINITY, rounded(Float.NEGATIVE_INFINITY));
        // All of this NaN's bits are in the half that is cut off.
        assertTrue(Float.isNaN(rounded(Float.intBitsToFloat(0x7f800001))));
    }

    private static float rounded(float value) {
        return ElementType.BFLOAT16.rounded(new float[] {value}, 1)[0];
    }

    @Test
    void int8HasAScaleAColumnSoThatItsLargestIs127() {
        float[] matrix = {9, 127, -1, 3, -254, 5};
        float[] scales = Int8.scales(matrix, 0, 3, 2);
        assertEquals(2 * 127f, 127 * Int8.scales(new float[] {7, 254, -1}, 1, 2, 1)[0]);
        assertArrayEquals(new float[] {2, 1}, scales);
        assertEquals(-127, Int8.of(-254, scales[0]));
        assertEquals(4, Int8.of(9, scales[0]));
        assertEquals(3, Int8.of(3.4f, 1));
        // 9 / 127 has more than 17 bits, and is rounded up.
        float ninth = Int8.scales(new float[] {9}, 0, 1, 1)[0];
        assertTrue(ninth > 9f / 127 && ninth < 9f / 127 * (1 + 0x1p-15f), "" + ninth);
        assertEquals(0, Float.floatToRawIntBits(ninth) & 127);
    }

    @Test
    void whatInt8RoundedStaysAsItIs() {
        float[] matrix = {0.1f, -7, 3.3f, 0.25f, -0.3f, 11};
        float[] once = ElementType.INT8.rounded(matrix, 2);
        assertArrayEquals(once, ElementType.INT8.rounded(once, 2));
        for (int e = 0; e < matrix.length; e++) {
            double half = Int8.scales(matrix, 0, 3, 2)[e % 2] / 2;
            assertEquals(matrix[e], once[e], half * (1 + 0x1p-10));
        }
    }

    @Test
    void int8OfZerosIsZerosAndOfNoNumberIsNoNumber() {
        float[] scales = Int8.scales(new float[] {0, 1e-37f, Float.NaN, Float.POSITIVE_INFINITY}, 0, 1, 4);
        assertArrayEquals(new float[] {0, 0, Float.NaN, Float.NaN}, scales);
        assertEquals(0, Int8.of(5, 0));
        assertEquals(0, Int8.of(5, Float.NaN));
        float tiny = 127 * Float.MIN_NORMAL;
        assertTrue(Int8.scales(new float[] {tiny}, 0, 1, 1)[0] >= Float.MIN_NORMAL);
    }

    @Test
    void float32IsLeftAsItIs() {
        float[] matrix = {0.1f, 2};
        assertSame(matrix, ElementType.FLOAT32.rounded(matrix, 1));
        assertEquals(32, ElementType.FLOAT32.bits());
        assertEquals(16, ElementType.BFLOAT16.bits());
        assertEquals(8, ElementType.INT8.bits());
    }
}
