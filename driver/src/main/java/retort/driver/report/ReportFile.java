package retort.driver.report;

import java.nio.file.Path;
import retort.driver.cli.Json;
import retort.driver.cli.WholeFile;

/** {@code report.json}: written whole or not at all. */
public final class ReportFile {
    public static final String NAME = "report.json";

    private ReportFile() {}

    public static String json(Report report) {
        return Json.text(report);
    }

    public static void write(Report report, Path file) {
        WholeFile.write(file, json(report) + "\n");
    }
}
