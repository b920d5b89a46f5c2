package retort.kernels.file;

import java.util.stream.Collectors;

/** Text out of files of others, as a message may show it. */
public final class Printable {
    private static final int LONGEST_MESSAGE = 1000;

    private Printable() {}

    /** On one line, with control characters as escapes: they could move the cursor, change colours or swap words. */
    public static String text(String text) {
        return text.codePoints()
                .mapToObj(c -> isControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }

    /** The same, cut where nobody reads on: names may be as long as their file, and an escape is six characters. */
    public static String message(String text) {
        String line = text(text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE + 1) : text);
        if (line.length() <= LONGEST_MESSAGE) {
            return line;
        }
        boolean splits = Character.isHighSurrogate(line.charAt(LONGEST_MESSAGE - 1));
        return line.substring(0, LONGEST_MESSAGE - (splits ? 1 : 0)) + "...";
    }

    /** Whether {@link #text} shows a code point as an escape. */
    public static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // Of the invisible ones those that turn the direction of reading.
            case Character.FORMAT -> c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
            default -> false;
        };
    }
}
