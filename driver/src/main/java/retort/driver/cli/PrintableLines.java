package retort.driver.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import retort.kernels.file.Printable;

/** What commands print, lines that may have text of others in them, as a terminal may be given it. */
public final class PrintableLines {
    private PrintableLines() {}

    /** Lines, which stay lines: ends of them and tabs are as they are. */
    public static String of(String text) {
        StringBuilder printable = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean windowsEnd = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            boolean kept = c == '\n' || c == '\t' || windowsEnd || Character.isSurrogate(c) || !Printable.isControl(c);
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
        return terminal instanceof Escaping ? terminal : new Escaping(terminal);
    }

    /**
     * Prints a picture of ours as it is, colours and all. What it has of others, such as names, is to be
     * {@linkplain Printable#text made printable} before.
     */
    public static void draw(PrintWriter out, String picture) {
        PrintWriter terminal = out instanceof Escaping escaping ? escaping.terminal : out;
        terminal.print(picture);
        terminal.flush();
    }

    private static final class Escaping extends PrintWriter {
        private final PrintWriter terminal;

        Escaping(PrintWriter terminal) {
            super(escaped(terminal), true);
            this.terminal = terminal;
        }

        private static Writer escaped(PrintWriter terminal) {
            return new FilterWriter(terminal) {
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
                    out.write(of(text.substring(from, from + count)));
                }
            };
        }
    }
}
