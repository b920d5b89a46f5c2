package retort.driver.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import retort.driver.cli.Json;
import retort.driver.cli.LateSteps;
import retort.driver.cli.WholeFile;
import retort.driver.data.Dataset;
import retort.driver.page.Table;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;

/** {@code report.json}, the page {@code report.html} and its tables as CSV: each is written whole or not at all. */
public final class ReportFile {
    public static final String NAME = "report.json";
    private static final String PAGE = "report.html";

    private ReportFile() {}

    public static String json(Report report) {
        return Json.text(report);
    }

    public static void write(Report report, Path file) {
        WholeFile.write(file, json(report) + "\n");
    }

    /**
     * Writes all of them, as far as that can be done.
     *
     * @param data that the report is on, for its pictures
     * @param models other files that the page names
     * @param steps where what can't be written is told
     * @return what was written, the page first
     */
    public static List<Path> write(Report report, Dataset data, List<Path> models, Path folder, LateSteps steps) {
        Map<String, Table> tables = tables(report);
        List<String> names = new ArrayList<>(List.of(NAME));
        names.addAll(tables.keySet());
        List<Path> files = new ArrayList<>();
        models.forEach(model -> names.add(model.getFileName().toString()));
        Path page = folder.resolve(PAGE);
        attempt(folder.resolve(NAME), () -> json(report) + "\n", files, steps);
        tables.forEach((name, table) -> attempt(folder.resolve(name), table::csv, files, steps));
        List<Path> pages = new ArrayList<>();
        attempt(page, () -> ReportPage.html(report, data, names), pages, steps);
        files.addAll(0, pages);
        return files;
    }

    private static void attempt(Path file, Supplier<String> text, List<Path> written, LateSteps steps) {
        if (steps.attempt(file.toString(), () -> WholeFile.write(file, text.get()))) {
            written.add(file);
        }
    }

    private static Map<String, Table> tables(Report report) {
        Map<String, Table> tables = new LinkedHashMap<>();
        if (report.students() != null) {
            tables.put("students.csv", Tables.students(report));
            tables.put("bias-correction.csv", Tables.corrections(report));
            List<Contest.Verdict> verdicts = Contests.of(report);
            if (!verdicts.isEmpty()) {
                tables.put("comparisons.csv", ContestTable.of(verdicts));
            }
        }
        for (Tables.Tested tested : Tables.tested(report)) {
            String model = tested.name().replaceFirst("\\.safetensors$", "");
            tables.put("confusion-" + model + ".csv", Tables.confusion(report, tested.test()));
        }
        if (!Tables.tested(report).isEmpty()) {
            tables.put("calibration.csv", Tables.calibration(report));
        }
        if (report.profile() != null) {
            tables.put("operations.csv", Tables.operations(report.profile()));
        }
        if (!Tables.trainings(report).isEmpty()) {
            tables.put("epochs.csv", Tables.epochs(report));
            tables.put("history.csv", Tables.history(report));
        }
        if (report.latency() != null) {
            tables.put(
                    "latency.csv",
                    Tables.latency(report)
                            .named(
                                    "engine",
                                    "model",
                                    "weights",
                                    "batch",
                                    "calls",
                                    "median_us",
                                    "p10_us",
                                    "p90_us",
                                    "p99_us",
                                    "images_per_s",
                                    "teacher_over_this"));
        }
        return tables;
    }
}
