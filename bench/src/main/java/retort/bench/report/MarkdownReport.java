package retort.bench.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import retort.driver.page.Table;

/** {@code report.md}. */
public final class MarkdownReport {
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport() {}

    public static String of(BenchReport report) {
        MarkdownReport markdown = new MarkdownReport();
        markdown.line("# Kernel throughput");
        markdown.table(Tables.environment(report));
        markdown.table(Tables.peaks(report));
        if (!report.targets().isEmpty()) {
            markdown.table(Tables.targets(report));
        }
        if (report.baseline() != null) {
            markdown.comparison(report.baseline());
        }
        Tables.findings(report).forEach(markdown::table);
        Squares.of(report).forEach(squares -> markdown.table(squares.table()));
        for (Table table : Tables.results(report)) {
            markdown.table(table);
        }
        if (!report.failed().isEmpty()) {
            markdown.table(Tables.failed(report));
        }
        if (!report.absent().isEmpty()) {
            markdown.table(Tables.absent(report));
        }
        markdown.line("");
        markdown.line("## How it was measured");
        markdown.line("");
        Notes.of(report).forEach(note -> markdown.line("- " + note));
        return markdown.text.toString();
    }

    private void comparison(BenchReport.Comparison earlier) {
        table(Tables.changes(earlier));
        line("");
        Notes.of(earlier).forEach(note -> line("- " + note));
        if (!earlier.differences().isEmpty()) {
            table(Tables.differences(earlier));
        }
    }

    private void table(Table table) {
        line("");
        line("## " + table.caption());
        line("");
        row(table.header());
        line(IntStream.range(0, table.header().size())
                .mapToObj(column -> column > 0 && table.isNumeric(column) ? "---:" : "---")
                .collect(Collectors.joining(" | ", "| ", " |")));
        table.rows().forEach(row -> row(row.stream().map(Table.Cell::text).toList()));
    }

    private void row(List<String> cells) {
        line(cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |")));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
