package retort.bench.report;

import retort.driver.page.Table;

/** {@code report.md}. */
public final class MarkdownReport {
    private final Markdown text = new Markdown();

    private MarkdownReport() {}

    public static String of(BenchReport report) {
        MarkdownReport markdown = new MarkdownReport();
        markdown.text.line("# Kernel throughput");
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
        markdown.text.heading(2, "How it was measured");
        Notes.of(report).forEach(note -> markdown.text.line("- " + note));
        return markdown.text.toString();
    }

    private void comparison(BenchReport.Comparison earlier) {
        table(Tables.changes(earlier));
        text.line("");
        Notes.of(earlier).forEach(note -> text.line("- " + note));
        if (!earlier.differences().isEmpty()) {
            table(Tables.differences(earlier));
        }
    }

    private void table(Table table) {
        text.heading(2, table.caption()).table(table);
    }
}
