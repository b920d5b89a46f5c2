package retort.driver.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class PrintableLinesTest {
    private static final String RED = "\u001B[31mred\u001B[0m";

    private final StringWriter shown = new StringWriter();
    private final PrintWriter out = PrintableLines.writer(new PrintWriter(shown));

    @Test
    void textOfOthersKeepsItsLinesAndNoControlCharacter() {
        out.print("a\tb\r\n" + RED + '\u009b' + '\r' + "c\n");
        assertEquals("a\tb\r\n\\u001b[31mred\\u001b[0m\\u009b\\u000dc\n", shown.toString());
    }

    @Test
    void whatIsDrawnStaysAsItIsBetweenTextOfOthers() {
        out.print(RED);
        PrintableLines.draw(out, RED);
        out.print(RED);
        assertEquals("\\u001b[31mred\\u001b[0m" + RED + "\\u001b[31mred\\u001b[0m", shown.toString());
    }

    @Test
    void aWriterOfAWriterDrawsToo() {
        PrintableLines.draw(PrintableLines.writer(out), RED);
        assertEquals(RED, shown.toString());
    }

    @Test
    void whereNothingIsEscapedDrawingIsPrinting() {
        PrintableLines.draw(new PrintWriter(shown), RED);
        assertEquals(RED, shown.toString());
    }
}
