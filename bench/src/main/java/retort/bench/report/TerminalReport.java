package retort.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import retort.driver.page.Table;

/** A report for a terminal of 80 columns: what came out; how it was measured stands in the files. */
public final class TerminalReport {
    private static final int COLUMNS = 80;
    private static final int NAME_COLUMNS = 18;
    private static final int GAP = 2;

    private final StringBuilder text = new StringBuilder();

    private TerminalReport() {}

    public static String of(BenchReport report) {
        TerminalReport terminal = new TerminalReport();
        terminal.words(Tables.environment(report));
        terminal.numbers(Tables.peaks(report));
        if (!report.targets().isEmpty()) {
            terminal.numbers(Tables.targets(report));
        }
        if (report.baseline() != null) {
            terminal.comparison(report.baseline());
        }
        Tables.findings(report).forEach(terminal::numbers);
        Tables.summaries(report).forEach(terminal::numbers);
        if (!report.failed().isEmpty()) {
            terminal.words(Tables.failed(report));
        }
        if (!report.absent().isEmpty()) {
            terminal.words(Tables.absent(report));
        }
        if (terminal.text.indexOf(Tables.NOISE_MARK) >= 0) {
            terminal.line("");
            terminal.line(Tables.NOISE_MARK + " noise: the error is over a tenth of the figure, or of one in a ratio.");
        }
        return terminal.text.toString();
    }

    private void comparison(BenchReport.Comparison earlier) {
        numbers(Tables.changes(earlier));
        Notes.of(earlier).forEach(note -> wrapped("", 0, note));
        for (BenchReport.Difference d : earlier.differences()) {
            named(d.what(), d.then() + "; now " + d.now());
        }
    }

    private void heading(Table table) {
        if (!text.isEmpty()) {
            line("");
        }
        line(table.caption());
    }

    /** Rows of figures; a name that leaves them no room stands on a line of its own. */
    private void numbers(Table table) {
        heading(table);
        int[] widths = IntStream.range(0, table.header().size())
                .map(column -> width(table, column))
                .toArray();
        int figures = IntStream.of(widths).skip(1).map(width -> width + GAP).sum();
        int name = Math.min(widths[0], COLUMNS - figures);
        line(padded(table.header().getFirst(), name) + figures(table, table.header(), widths));
        for (List<Table.Cell> row : table.rows()) {
            List<String> cells = row.stream().map(Table.Cell::text).toList();
            if (cells.getFirst().length() > name) {
                line(cells.getFirst());
                line(padded("", name) + figures(table, cells, widths));
            } else {
                line(padded(cells.getFirst(), name) + figures(table, cells, widths));
            }
        }
    }

    private static int width(Table table, int column) {
        return table.rows().stream()
                .mapToInt(row -> row.get(column).text().length())
                .reduce(table.header().get(column).length(), Math::max);
    }

    private static String figures(Table table, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 1; column < cells.size(); column++) {
            String gap = " ".repeat(widths[column] - cells.get(column).length());
            boolean right = table.isNumeric(column);
            line.append(" ".repeat(GAP))
                    .append(right ? gap : "")
                    .append(cells.get(column))
                    .append(right ? "" : gap);
        }
        return line.toString();
    }

    private static String padded(String cell, int width) {
        return cell + " ".repeat(Math.max(0, width - cell.length()));
    }

    /** Rows of words: the last cell stands behind the others, in as many lines as it takes. */
    private void words(Table table) {
        heading(table);
        for (List<Table.Cell> row : table.rows()) {
            List<String> cells =
                    new ArrayList<>(row.stream().map(Table.Cell::text).toList());
            String last = cells.removeLast();
            named(String.join(", ", cells), last);
        }
    }

    private void named(String name, String content) {
        if (name.length() < NAME_COLUMNS) {
            wrapped(padded(name, NAME_COLUMNS), NAME_COLUMNS, content);
        } else {
            line(name);
            wrapped(padded("", NAME_COLUMNS), NAME_COLUMNS, content);
        }
    }

    /** Broken at spaces, all behind an indent; a word that is longer than a line stands alone. */
    private void wrapped(String first, int indent, String content) {
        StringBuilder line = new StringBuilder(first);
        for (String word : content.split(" ")) {
            boolean begun = line.length() > indent;
            if (begun && line.length() + 1 + word.length() > COLUMNS) {
                line(line.toString());
                line = new StringBuilder(padded("", indent));
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
        }
        line(line.toString());
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
