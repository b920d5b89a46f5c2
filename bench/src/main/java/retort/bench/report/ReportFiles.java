package retort.bench.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import retort.driver.cli.Json;
import retort.driver.cli.OutputFolder;

/** A report in its forms: for programs, for a terminal, and as a page. */
public final class ReportFiles {
    private ReportFiles() {}

    /**
     * Writes and names them, the numbers before all that is made to be looked at.
     *
     * @param commandLine that made the report, as it was given
     * @param raw what JMH wrote into the same folder
     * @return the page first
     */
    public static List<Path> write(BenchReport report, String commandLine, Path raw, OutputFolder folder) {
        List<Path> files = new ArrayList<>(List.of(
                folder.write("bench.json", Json.text(report) + "\n"),
                folder.write("results.csv", Tables.scores(report).csv()),
                folder.write("ratios.csv", Tables.ratios(report).csv()),
                folder.write("peaks.csv", Tables.peaks(report).csv()),
                folder.write("targets.csv", Tables.targets(report).csv()),
                folder.write("report.md", MarkdownReport.of(report)),
                raw));
        for (Squares squares : Squares.of(report)) {
            String name = "squares-" + squares.threads() + ".csv";
            files.add(folder.write(name, squares.table().csv()));
        }
        if (report.baseline() != null) {
            files.add(folder.write(
                    "changes.csv", Tables.changes(report.baseline()).csv()));
        }
        List<String> names =
                files.stream().map(file -> file.getFileName().toString()).toList();
        files.addFirst(folder.write("report.html", new BenchPage(report, commandLine, names).html()));
        return files;
    }
}
