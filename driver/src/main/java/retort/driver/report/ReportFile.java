package retort.driver.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** {@code report.json}: written whole or not at all. */
public final class ReportFile {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ReportFile() {}

    public static String json(Report report) {
        return GSON.toJson(report);
    }

    public static void write(Report report, Path file) {
        try {
            Path unfinished = file.resolveSibling(file.getFileName() + ".part");
            try {
                Files.writeString(unfinished, json(report) + "\n");
                Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be written", e);
        }
    }
}
