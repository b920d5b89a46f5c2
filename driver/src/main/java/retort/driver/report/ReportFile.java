package retort.driver.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;

/** {@code report.json}: written whole or not at all. */
public final class ReportFile {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ReportFile() {}

    public static String json(Report report) {
        return GSON.toJson(report);
    }

    public static void write(Report report, Path file) {
        WholeFile.write(file, json(report) + "\n");
    }
}
