package retort.driver.cli;

import java.util.stream.Collectors;

/** Text of others, such as a file's name, as a terminal may be given it. */
public final class Printable {
    private Printable() {}

    /** On one line, with control characters as escapes: they could move the cursor or change colours. */
    public static String text(String text) {
        return text.codePoints()
                .mapToObj(c -> Character.isISOControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }
}
