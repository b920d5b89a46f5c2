package retort.driver.command;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far a job is, in one line.
 *
 * @param step such as "step 3 of 7", or empty
 * @param name of what is at work; shortened first where the line is short
 * @param share of it that is done, 0 to 1
 * @param remark that is always seen, such as its loss, or empty
 * @param secondsLeft of it; not a number as long as that is not known
 */
record ProgressLine(String step, String name, double share, String remark, double secondsLeft) {
    private static final int SHORTEST_BAR = 10;
    private static final int LONGEST_BAR = 40;
    private static final String CUT = "..";

    /** Room for what is left up to "99:59:59 left", so that the bar keeps its length. */
    private static final int LEFT_COLUMNS = 13;

    /** With a bar if there is room for one; never longer than {@code columns}. */
    String text(int columns) {
        String behind = joined(percent(), remark, left());
        String before = step.isEmpty() ? "" : step + ": ";
        int room = columns - before.length() - behind.length() - 2;
        int bar = room - name.length() - 3 - (LEFT_COLUMNS - left().length());
        if (bar < SHORTEST_BAR) {
            String line = before + cut(name, room) + "  " + behind;
            return line.substring(0, Math.min(line.length(), Math.max(0, columns)));
        }
        bar = Math.min(bar, LONGEST_BAR);
        int full = (int) (bar * share);
        return before + name + "  [" + "#".repeat(full) + " ".repeat(bar - full) + "] " + behind;
    }

    /** For a log. */
    String text() {
        return (step.isEmpty() ? "" : step + ": ") + name + ": "
                + joined(percent().strip(), remark, left());
    }

    private String percent() {
        return String.format(Locale.ROOT, "%3d %%", (int) (100 * share));
    }

    private String left() {
        return Double.isNaN(secondsLeft) ? "" : duration(secondsLeft) + " left";
    }

    /** For example "8 s", "3:05", "1:02:03". */
    static String duration(double seconds) {
        long whole = Math.max(1, Math.round(seconds));
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    private static String joined(String... parts) {
        return Stream.of(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
    }

    /** Without its middle: what is behind its last comma says most. */
    private static String cut(String name, int room) {
        if (name.length() <= room) {
            return name;
        }
        int comma = name.lastIndexOf(", ");
        String end = comma < 0 ? "" : name.substring(comma);
        int kept = room - CUT.length() - end.length();
        return kept > 0 ? name.substring(0, kept) + CUT + end : name.substring(0, Math.max(0, room));
    }
}
