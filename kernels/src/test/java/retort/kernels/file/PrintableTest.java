package retort.kernels.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void controlCharactersBecomeEscapesAndNothingElseDoes() {
        assertEquals("a\\u000ab\\u001b[31m\\u0000\\u009b", Printable.text("a\nb\u001b[31m\0\u009b"));
        assertEquals("d\u00fcnn \ud83d\ude00", Printable.text("d\u00fcnn \ud83d\ude00"));
    }
}
