package retort.nn.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireReaderTest {
    @Test
    void fieldsOfAllTypesAreReadAndThoseOfNoInterestPassed() {
        // 1: 300; 2: eight bytes; 3: "ab"; 4: four bytes; 536870911, the largest: 1; each is passed by what follows.
        WireReader fields = reader("08ac02" + "110102030405060708" + "1a026162" + "2500000040" + "f8ffffff0f01");
        for (int field : new int[] {1, 2, 3, 4, 536_870_911}) {
            assertTrue(fields.next());
            assertEquals(field, fields.field());
        }
        assertEquals(1, fields.integer());
        assertFalse(fields.next());
        assertFalse(fields.next());
    }

    @Test
    void valuesAreThoseThatWereWritten() {
        WireReader fields = reader("08ac02" + "1a026162" + "2500002041" + "28ffffffffffffffffff01");
        fields.next();
        assertEquals(300, fields.number());
        fields.next();
        assertEquals("ab", fields.text());
        assertEquals('b', fields.raw().get(1));
        assertEquals(2, fields.raw().remaining());
        fields.next();
        assertEquals(10, fields.float32());
        fields.next();
        assertEquals(-1, fields.integer());
    }

    @Test
    void aMessageEndsWhereItsLengthSays() {
        WireReader outer = reader("0a020801" + "1002");
        outer.next();
        WireReader inner = outer.message();
        assertTrue(inner.next());
        assertEquals(1, inner.number());
        assertFalse(inner.next());
        assertTrue(outer.next());
        assertEquals(2, outer.number());
    }

    @Test
    void repeatedNumbersArePackedOrOneByOne() {
        assertArrayEquals(new long[] {300, 1, 2}, all("0a03ac0201" + "0802", 0));
        assertArrayEquals(new long[] {0x04030201, 0x0D0C0B0A, 7}, all("0a08010203040a0b0c0d" + "0d07000000", 4));
        assertArrayEquals(new long[] {0x0807060504030201L, 7}, all("0a080102030405060708" + "090700000000000000", 8));
    }

    @Test
    void numbersOfOneTypeAreNoneOfAnother() {
        refused("0801", WireReader::text, "field 1 is of wire type 0, expected 2");
        refused("0801", WireReader::message, "field 1 is of wire type 0, expected 2");
        refused("0801", WireReader::raw, "field 1 is of wire type 0, expected 2");
        refused("0801", WireReader::float32, "field 1 is of wire type 0, expected 5");
        refused("0a0101", WireReader::number, "field 1 is of wire type 2, expected 0");
        refused("0d00000000", fields -> fields.numbersTo(new Numbers()), "field 1 is of wire type 5, expected 2");
        refused("0d00000000", fields -> fields.fixedTo(8, new Numbers()), "field 1 is of wire type 5, expected 1");
        refused("0801", fields -> fields.fixedTo(4, new Numbers()), "field 1 is of wire type 0, expected 5");
        refused("0a03010203", fields -> fields.fixedTo(4, new Numbers()), "has 3 bytes, expected a multiple of 4");
        refused("088080808010", WireReader::integer, "field 1 has the number 4294967296");
        // A packed number that goes on where its field has ended.
        refused("0a018001", fields -> fields.numbersTo(new Numbers()), "a number ends at byte 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "08                       | a number ends at byte 1",
                "0880                     | a number ends at byte 2",
                "0880808080808080808080   | a number of more than 10 bytes before byte 11",
                "0001                     | field 0 before byte 1",
                "8080808080801001         | field 8796093022208 before byte 7",
                "0b                       | field 1 is of wire type 3 before byte 1",
                "09010203040506           | field 1 has 8 bytes at byte 1, 6 are there",
                "0d010203                 | field 1 has 4 bytes at byte 1, 3 are there",
                "0a0201                   | field 1 has 2 bytes at byte 2, 1 are there",
                "0affffffffffffffffff01   | field 1 has 18446744073709551615 bytes at byte 11, 0 are there"
            })
    void whatIsNoFieldIsRefused(String hex, String reason) {
        Refusal refusal = assertThrows(Refusal.class, reader(hex)::next);
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    private static void refused(String hex, Consumer<WireReader> read, String reason) {
        WireReader fields = reader(hex);
        assertTrue(fields.next());
        Refusal refusal = assertThrows(Refusal.class, () -> read.accept(fields));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    /** Of all fields, varints where an element has no fixed size. */
    private static long[] all(String hex, int elementBytes) {
        Numbers numbers = new Numbers();
        WireReader fields = reader(hex);
        while (fields.next()) {
            if (elementBytes == 0) {
                fields.numbersTo(numbers);
            } else {
                fields.fixedTo(elementBytes, numbers);
            }
        }
        return numbers.toArray();
    }

    private static WireReader reader(String hex) {
        return new WireReader(HexFormat.of().parseHex(hex));
    }
}
