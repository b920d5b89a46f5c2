package retort.driver.report;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import retort.driver.data.BadDataException;
import retort.driver.json.JsonFile;

/** Reads what {@link ReportFile} has written. */
public final class ReportReader {
    private static final String EXPECTED = ", expected a report of run, train, distill, evaluate or latency";

    private ReportReader() {}

    /**
     * @throws BadDataException if the file is no report, or one of another version
     * @throws UncheckedIOException if it can't be read
     */
    public static Report read(Path file) {
        JsonFile json = new JsonFile(file, "report");
        checkKind(json);
        Report report = json.read(Report.class);
        if (!isWhole(report)) {
            throw json.bad(
                    "is no report that retort wrote: its confusion matrix is not of all classes, or its errors are not as many as it says");
        }
        if (tests(report).map(Report.Test::images).distinct().count() > 1) {
            throw json.bad("is no report that retort wrote: its models were not tested on the same number of images");
        }
        return report;
    }

    private static void checkKind(JsonFile json) {
        Map<String, String> head = json.head();
        if (head.containsKey("study")) {
            throw json.bad("is a study" + EXPECTED);
        }
        if (head.containsKey("peaks")) {
            throw json.bad("is of bench" + EXPECTED);
        }
        String version = head.get("schemaVersion");
        if (version == null || !head.containsKey("command")) {
            throw json.bad("is no report: it has no schemaVersion or no command");
        }
        if (!version.equals(Integer.toString(Report.SCHEMA_VERSION))) {
            throw json.bad("is a report of version " + version + ", expected " + Report.SCHEMA_VERSION);
        }
    }

    /** Of what was trained, which is held against each other; without nulls. */
    private static Stream<Report.Test> tests(Report report) {
        Stream<Report.Test> teacher = Stream.ofNullable(report.teacher()).map(Report.Teacher::test);
        Stream<Report.Test> students = Stream.ofNullable(report.students())
                .flatMap(List::stream)
                .flatMap(student -> Stream.concat(
                        Stream.of(student.test()),
                        Stream.ofNullable(student.biasCorrection())
                                .flatMap(List::stream)
                                .map(Report.BiasCorrected::test)
                                .filter(Objects::nonNull)));
        return Stream.concat(teacher, students);
    }

    private static boolean isWhole(Report report) {
        return (report.teacher() == null || isWhole(report.teacher().test()))
                && (report.students() == null || report.students().stream().allMatch(ReportReader::isWhole))
                && (report.evaluated() == null || isWhole(report.evaluated().test()));
    }

    private static boolean isWhole(Report.Student student) {
        int classes = student.test().confusion().length;
        return isWhole(student.test())
                && student.omitted().stream().allMatch(c -> c >= 0 && c < classes)
                && (student.biasCorrection() == null
                        || student.biasCorrection().stream()
                                .allMatch(by -> by.test() == null
                                        ? by.bias() == null
                                        : isWhole(by.test()) && by.test().confusion().length == classes));
    }

    private static boolean isWhole(Report.Test test) {
        return Arrays.stream(test.confusion()).allMatch(row -> row.length == test.confusion().length)
                && (test.wrong() == null
                        || test.wrong().images() == test.images()
                                && test.wrong().errors() == test.errors());
    }
}
