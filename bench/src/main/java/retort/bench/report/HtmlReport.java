package retort.bench.report;

import java.util.List;

/** {@code report.html}: one file that needs nothing else. */
public final class HtmlReport {
    private static final String STYLE = """
            body { font: 14px/1.5 system-ui, sans-serif; color: #1c2024; background: #fff; margin: 2rem auto; max-width: 86rem; padding: 0 1rem; }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .5rem; border-bottom: 1px solid #e3e6ea; text-align: left; vertical-align: top; }
            th { font-weight: 600; border-bottom: 2px solid #c4c9d0; }
            table.numbers td + td, table.numbers th + th { text-align: right; white-space: nowrap; }
            td:first-child { white-space: nowrap; }
            td.ahead { color: #0a6b3d; font-weight: 600; } td.behind { color: #a3361f; }
            svg { max-width: 100%; height: auto; }
            """;

    private static final String AHEAD = " class=\"ahead\"";
    private static final String BEHIND = " class=\"behind\"";

    private final StringBuilder text = new StringBuilder();

    private HtmlReport() {}

    public static String of(BenchReport report) {
        HtmlReport html = new HtmlReport();
        html.line("<!DOCTYPE html>");
        html.line("<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Retort: kernel throughput</title>");
        html.line("<meta name=\"viewport\" content=\"width=device-width\"><style>" + STYLE + "</style></head><body>");
        html.line("<h1>Kernel throughput</h1>");
        html.table(Table.environment(report));
        html.table(Table.peaks(report));
        if (!report.targets().isEmpty()) {
            html.table(Table.targets(report));
        }
        for (BenchReport.Peak peak : report.peaks()) {
            Roofline.svg(report, peak).ifPresent(svg -> {
                html.heading("Roofline, " + Table.threads(peak.threads()));
                html.line("<div class=\"wide\">" + svg + "</div>");
                html.line("<p>" + escaped(Roofline.CAPTION) + "</p>");
            });
        }
        for (Table table : Table.of(report)) {
            html.table(table);
        }
        if (!report.failed().isEmpty()) {
            html.table(Table.failed(report));
        }
        if (!report.absent().isEmpty()) {
            html.table(Table.absent(report));
        }
        html.heading("How it was measured");
        html.line("<ul>");
        Notes.of(report).forEach(note -> html.line("<li>" + escaped(note) + "</li>"));
        html.line("</ul></body></html>");
        return html.text.toString();
    }

    private void table(Table table) {
        heading(table.title());
        line("<div class=\"wide\"><table" + (table.numbers() ? " class=\"numbers\"" : "") + "><tr>");
        table.header().forEach(cell -> line("<th>" + escaped(cell) + "</th>"));
        line("</tr>");
        for (List<String> row : table.rows()) {
            line("<tr>");
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                line("<td" + colour(table.header().get(column), cell) + ">" + escaped(cell) + "</td>");
            }
            line("</tr>");
        }
        line("</table></div>");
    }

    /** Green for what is ahead of its peer or target, red for what is behind. */
    private static String colour(String column, String cell) {
        if (cell.isEmpty()) {
            return "";
        }
        return switch (column) {
            case "ratio" -> Double.parseDouble(cell) >= 1 ? AHEAD : BEHIND;
            case "verdict" -> cell.equals(Targets.MISSED) ? BEHIND : AHEAD;
            default -> "";
        };
    }

    private void heading(String heading) {
        line("<h2>" + escaped(heading) + "</h2>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
