package retort.driver.report;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import retort.driver.cli.FileReason;
import retort.driver.data.BadDataException;

/** Reads what {@link ReportFile} has written. */
public final class ReportReader {
    private static final String EXPECTED = ", expected a report of run, train, distill, evaluate or latency";

    private ReportReader() {}

    /**
     * @throws BadDataException if the file is no report, or one of another version
     * @throws UncheckedIOException if it can't be read
     */
    public static Report read(Path file) {
        try {
            JsonElement json = JsonParser.parseString(Files.readString(file));
            checkKind(json, file.toString());
            Report report = new Gson().fromJson(json, Report.class);
            if (!isWhole(report)) {
                throw new BadDataException(file.toString(), "lacks parts of a report, expected one that retort wrote");
            }
            return report;
        } catch (JsonParseException e) {
            throw new BadDataException(file.toString(), "is no report: not the JSON that retort writes");
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    private static void checkKind(JsonElement json, String file) {
        JsonObject object = json.isJsonObject() ? json.getAsJsonObject() : new JsonObject();
        if (object.has("study")) {
            throw new BadDataException(file, "is a study" + EXPECTED);
        }
        if (object.has("peaks")) {
            throw new BadDataException(file, "is of bench" + EXPECTED);
        }
        JsonElement version = object.get("schemaVersion");
        if (version == null || !object.has("command")) {
            throw new BadDataException(file, "is no report: it has no schemaVersion or no command");
        }
        if (!version.toString().equals(Integer.toString(Report.SCHEMA_VERSION))) {
            throw new BadDataException(
                    file, "is a report of version " + version + ", expected " + Report.SCHEMA_VERSION);
        }
    }

    private static boolean isWhole(Report report) {
        return report.command() != null
                && report.environment() != null
                && (report.teacher() == null || isWhole(report.teacher().test()))
                && (report.students() == null || report.students().stream().allMatch(ReportReader::isWhole))
                && (report.evaluated() == null
                        || report.evaluated().model() != null
                                && isWhole(report.evaluated().test()))
                && (report.latency() == null
                        || report.latency().stream()
                                .allMatch(l -> l != null && l.backend() != null && l.model() != null));
    }

    private static boolean isWhole(Report.Student student) {
        List<Report.BiasCorrected> corrections =
                student == null || student.biasCorrection() == null ? List.of() : student.biasCorrection();
        return student != null
                && student.name() != null
                && student.omitted() != null
                && isWhole(student.test())
                && corrections.stream().allMatch(c -> c != null && c.method() != null && isWhole(c.test()))
                && student.omitted().stream().allMatch(c -> c < student.test().confusion().length);
    }

    private static boolean isWhole(Report.Test test) {
        return test != null
                && test.confusion() != null
                && Arrays.stream(test.confusion())
                        .allMatch(row -> row != null && row.length == test.confusion().length);
    }
}
