package retort.driver.command;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import retort.driver.image.TerminalPixels;

/** The terminal that stderr goes to, if it goes to one that can redraw a line; and what stdout's shows. */
final class Terminal {
    private static final int STANDARD_COLUMNS = 80;

    private static final String[] SIZE = {"sh", "-c", "test -t 2 && { stty size <&2 2>/dev/null || echo 0 0; }"};

    private volatile int columns;

    private Terminal(int columns) {
        this.columns = columns;
    }

    /** Null if stderr goes elsewhere, or {@code TERM} is dumb. */
    static Terminal ofStderr() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return null;
        }
        OptionalInt columns = askForColumns();
        if (columns.isEmpty()) {
            return null;
        }
        Terminal terminal = new Terminal(columns.getAsInt());
        Signals.handle("WINCH", () -> askForColumns().ifPresent(changed -> terminal.columns = changed));
        return terminal;
    }

    /** Half blocks where stdout goes to a terminal that shows them in grey, and is meant to. */
    static TerminalPixels pixelsOfStdout() {
        boolean inColour = System.console() != null
                && System.console().isTerminal()
                && System.getenv().getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(System.getenv("TERM"))
                && Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                        .equals(StandardCharsets.UTF_8);
        return inColour ? TerminalPixels.BLOCKS : TerminalPixels.LETTERS;
    }

    /** As the user has it now. */
    int columns() {
        return columns;
    }

    /** None if stderr is no terminal. Java can't tell; the system's own command takes 10 ms. */
    private static OptionalInt askForColumns() {
        try {
            Process process =
                    new ProcessBuilder(SIZE).redirectError(Redirect.INHERIT).start();
            process.getOutputStream().close();
            String[] size = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split("\\s+");
            if (size.length < 2) {
                return OptionalInt.empty();
            }
            int columns = Integer.parseInt(size[1]);
            return OptionalInt.of(columns > 0 ? columns : STANDARD_COLUMNS);
        } catch (IOException | NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
