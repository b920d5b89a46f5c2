package retort.driver.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.stream.Collectors;

/** Text of others, such as a file's name, as a terminal may be given it. */
public final class Printable {
    private static final int LONGEST_MESSAGE = 1000;

    private Printable() {}

    /** On one line, with control characters as escapes: they could move the cursor, change colours or swap words. */
    public static String text(String text) {
        return text.codePoints()
                .mapToObj(c -> isControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }

    /** The same, cut where nobody reads on: a file's names may be as long as the file. */
    public static String message(String text) {
        return text(text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "..." : text);
    }

    /** Lines, which stay lines: ends of them and tabs are as they are. */
    public static String lines(String text) {
        StringBuilder printable = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean windowsEnd = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            boolean kept = c == '\n' || c == '\t' || windowsEnd || Character.isSurrogate(c) || !isControl(c);
            if (!kept && printable == null) {
                printable = new StringBuilder(text.substring(0, i));
            }
            if (printable != null) {
                printable.append(kept ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            }
        }
        return printable == null ? text : printable.toString();
    }

    /** A stream to a terminal for such lines, whoever they are from. */
    static PrintWriter writer(PrintWriter terminal) {
        Writer printing = new FilterWriter(terminal) {
            @Override
            public void write(int c) throws IOException {
                write(String.valueOf((char) c), 0, 1);
            }

            @Override
            public void write(char[] text, int from, int count) throws IOException {
                write(new String(text, from, count), 0, count);
            }

            @Override
            public void write(String text, int from, int count) throws IOException {
                out.write(lines(text.substring(from, from + count)));
            }
        };
        return new PrintWriter(printing, true);
    }

    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // Of the invisible ones those that turn the direction of reading.
            case Character.FORMAT -> c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
            default -> false;
        };
    }
}
