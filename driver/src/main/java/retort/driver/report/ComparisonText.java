package retort.driver.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import retort.driver.page.Format;
import retort.driver.statistics.ContestTable;

/** A comparison for a terminal of 80 columns: what differs, and in a few words what does not. */
public final class ComparisonText {
    private static final int WIDTH = 80;
    private static final int GAP = 2;

    /** Longer values stand below each other. */
    private static final int LONGEST = 14;

    /** Names that are told where all agree. */
    private static final int MOST_NAMES = 12;

    private static final int MODEL_COLUMNS = 30;
    private static final String TEST = "%-" + MODEL_COLUMNS + "s %8s %8s %9s  %s";

    private final StringBuilder text = new StringBuilder();
    private final Comparison comparison;
    private int column;
    private int name;

    private ComparisonText(Comparison comparison) {
        this.comparison = comparison;
    }

    public static String of(Comparison comparison) {
        ComparisonText lines = new ComparisonText(comparison);
        for (int i = 0; i < comparison.reports().size(); i++) {
            lines.line(letter(i) + "  " + comparison.reports().get(i));
        }
        lines.part("CONFIGURATION", comparison.configuration(), false);
        lines.part("ENVIRONMENT", comparison.environment(), false);
        lines.part("RESULTS", comparison.results(), true);
        lines.tests();
        return lines.text.toString();
    }

    /** What a report is called in the columns. */
    static String letter(int report) {
        return Character.toString('A' + report);
    }

    private void part(String title, List<Comparison.Row> rows, boolean quotients) {
        line("");
        List<Comparison.Row> differing =
                rows.stream().filter(Comparison.Row::differs).toList();
        boolean two = quotients && comparison.reports().size() == 2;
        column = GAP
                + differing.stream()
                        .flatMap(row -> texts(row).stream())
                        .mapToInt(String::length)
                        .filter(length -> length <= LONGEST)
                        .reduce("0.123 ×".length(), Math::max);
        name = WIDTH - column * (comparison.reports().size() + (two ? 1 : 0));
        line(differing.isEmpty() ? title : named(title) + letters() + (two ? right("B / A") : ""));
        for (Comparison.Row row : differing) {
            if (fits(row)) {
                String quotient = two ? row.quotient().map(Format.RATIO::of).orElse("") : "";
                line(named("  " + row.name()) + values(row) + right(quotient));
            } else {
                block(row);
            }
        }
        List<String> same = rows.stream()
                .filter(row -> !row.differs())
                .map(Comparison.Row::name)
                .toList();
        if (same.size() > MOST_NAMES) {
            line("  the same: " + same.size() + (differing.isEmpty() ? "" : " others"));
        } else if (!same.isEmpty()) {
            wrapped("  the same: ", String.join(", ", same));
        } else if (rows.isEmpty()) {
            line("  none");
        }
    }

    private void tests() {
        List<PairedTests.Outcome> tests = comparison.tests();
        if (tests == null) {
            return;
        }
        line("");
        line(String.format(
                Locale.ROOT, "IMAGE FOR IMAGE: p by McNemar's exact test, raised for %d in all (Holm)", tests.size()));
        line(String.format(Locale.ROOT, TEST, "  named wrong by", "A alone", "B alone", "p", ""));
        for (PairedTests.Outcome each : tests) {
            String model = "  " + each.model();
            boolean fits = model.length() <= MODEL_COLUMNS;
            if (!fits) {
                line(model);
            }
            line(String.format(
                    Locale.ROOT,
                    TEST,
                    fits ? model : "",
                    Format.COUNT.of(each.onlyA()),
                    Format.COUNT.of(each.onlyB()),
                    ContestTable.text(each.adjusted()),
                    each.text()));
        }
    }

    private String letters() {
        return IntStream.range(0, comparison.reports().size())
                .mapToObj(i -> right(letter(i)))
                .collect(Collectors.joining());
    }

    private boolean fits(Comparison.Row row) {
        return row.name().length() + GAP < name
                && texts(row).stream().allMatch(value -> value.length() + GAP <= column);
    }

    private static List<String> texts(Comparison.Row row) {
        return IntStream.range(0, row.values().size()).mapToObj(row::text).toList();
    }

    private String values(Comparison.Row row) {
        return IntStream.range(0, row.values().size())
                .mapToObj(i -> right(row.text(i).isEmpty() ? "-" : row.text(i)))
                .collect(Collectors.joining());
    }

    /** Values below each other. */
    private void block(Comparison.Row row) {
        wrapped("  ", row.name());
        for (int i = 0; i < row.values().size(); i++) {
            wrapped("    " + letter(i) + "  ", row.text(i).isEmpty() ? "-" : row.text(i));
        }
    }

    /** In lines of the terminal, all behind the first one's beginning; a longer word stands alone. */
    private void wrapped(String first, String content) {
        StringBuilder line = new StringBuilder(first);
        for (String word : content.split(" ")) {
            boolean begun = line.length() > first.length();
            if (begun && line.length() + 1 + word.length() > WIDTH) {
                line(line.toString());
                line = new StringBuilder(" ".repeat(first.length()));
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
        }
        line(line.toString());
    }

    private String named(String title) {
        return title + " ".repeat(Math.max(0, name - title.length()));
    }

    private String right(String value) {
        return " ".repeat(Math.max(0, column - value.length())) + value;
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
