package retort.kernels.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void controlCharactersBecomeEscapesAndNothingElseDoes() {
        assertEquals("a\\u000ab\\u001b[31m\\u0000\\u009b", Printable.text("a\nb\u001b[31m\0\u009b"));
        assertEquals("d\u00fcnn \ud83d\ude00", Printable.text("d\u00fcnn \ud83d\ude00"));
    }

    @Test
    void aMessageIsCutAsItIsShown() {
        String plain = "a".repeat(1000);
        assertEquals(plain, Printable.message(plain));
        assertEquals(plain + "...", Printable.message(plain + "b"));
        assertEquals(1003, Printable.message("\0".repeat(1000)).length());
        assertEquals("a".repeat(999) + "...", Printable.message("a".repeat(999) + "\ud83d\ude00"));
    }
}
