package retort.bench.report;

import java.util.List;
import java.util.stream.Collectors;

/** {@code report.md}. */
public final class MarkdownReport {
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport() {}

    public static String of(BenchReport report) {
        MarkdownReport markdown = new MarkdownReport();
        markdown.line("# Kernel throughput");
        markdown.table(Table.environment(report));
        markdown.table(Table.peaks(report));
        if (!report.targets().isEmpty()) {
            markdown.table(Table.targets(report));
        }
        for (Table table : Table.of(report)) {
            markdown.table(table);
        }
        if (!report.failed().isEmpty()) {
            markdown.table(Table.failed(report));
        }
        if (!report.absent().isEmpty()) {
            markdown.table(Table.absent(report));
        }
        markdown.line("");
        markdown.line("## How it was measured");
        markdown.line("");
        Notes.of(report).forEach(note -> markdown.line("- " + note));
        return markdown.text.toString();
    }

    private void table(Table table) {
        line("");
        line("## " + table.title());
        line("");
        row(table.header());
        line(table.header().stream()
                .map(column -> table.numbers() && column != table.header().getFirst() ? "---:" : "---")
                .collect(Collectors.joining(" | ", "| ", " |")));
        table.rows().forEach(this::row);
    }

    private void row(List<String> cells) {
        line(cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |")));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
