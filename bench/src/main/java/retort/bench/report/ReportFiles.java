package retort.bench.report;

import java.nio.file.Path;
import java.util.List;
import retort.driver.cli.Json;
import retort.driver.cli.OutputFolder;

/** A report in its three forms. */
public final class ReportFiles {
    private ReportFiles() {}

    /** Writes and names them. */
    public static List<Path> write(BenchReport report, OutputFolder folder) {
        return List.of(
                folder.write("report.md", MarkdownReport.of(report)),
                folder.write("report.html", HtmlReport.of(report)),
                folder.write("bench.json", Json.text(report) + "\n"));
    }
}
