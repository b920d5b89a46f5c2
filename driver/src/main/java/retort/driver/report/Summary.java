package retort.driver.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A report as text for a terminal of 100 columns. */
public final class Summary {
    private final StringBuilder text = new StringBuilder();
    private final Report report;

    private Summary(Report report) {
        this.report = report;
    }

    public static String of(Report report) {
        Summary summary = new Summary(report);
        summary.heading();
        summary.teacher();
        summary.students();
        summary.evaluated();
        summary.latency();
        summary.confusions();
        return summary.text.toString();
    }

    private void heading() {
        Report.Environment at = report.environment();
        line(
                "Retort %s%s%s%s",
                report.command(),
                report.recipe() == null ? "" : ", recipe " + report.recipe(),
                report.seed() == null ? "" : ", seed " + report.seed(),
                report.quick() ? ", quick" : "");
        line(
                "%s on %s, %d thread%s, Java %s",
                at.backend(), at.device(), at.threads(), at.threads() == 1 ? "" : "s", at.java());
        line("data: %s", at.dataset());
    }

    private void teacher() {
        Report.Teacher teacher = report.teacher();
        if (teacher == null) {
            return;
        }
        line("");
        line(
                "TEACHER  %,d parameters, %,d training images, %.1f s, %.0f images/s",
                teacher.parameters(), teacher.trainImages(), teacher.seconds(), teacher.imagesPerSecond());
        for (Report.Epoch epoch : teacher.epochs()) {
            String validation = epoch.validationLoss() == null
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "   validation %.4f, %.2f %%",
                            epoch.validationLoss(),
                            100 * epoch.validationAccuracy());
            line(
                    "  epoch %d   loss %.4f, accuracy %.2f %%%s",
                    epoch.epoch(), epoch.loss(), 100 * epoch.accuracy(), validation);
        }
        line("  test      %s", test(teacher.test()));
    }

    private void students() {
        List<Report.Student> students = report.students();
        if (students == null || students.isEmpty()) {
            return;
        }
        Report.Student first = students.getFirst();
        line("");
        line(
                "STUDENTS  %,d parameters, T = %s, %d epochs",
                first.parameters(), first.temperature(), first.epochs().size());
        row("", students, Report.Student::name);
        row(
                "labels",
                students,
                student -> student.labels().equals("soft")
                        ? "the teacher's"
                        : student.labels().equals("hard") ? "true" : "smoothed");
        row("never saw", students, student -> classes(student.omitted()));
        row("training images", students, student -> number(student.trainImages()));
        row("test errors", students, student -> number(student.test().errors()));
        row("accuracy", students, student -> percent(student.test().accuracy()));
        Set<Integer> unseen = first.omitted();
        if (!unseen.isEmpty()) {
            row(
                    "recall on " + classes(unseen),
                    students,
                    student -> percent(student.test().recall(unseen)));
            for (String method : List.of(Report.ORACLE, Report.PRIOR_MATCH)) {
                row(
                        method + ": bias",
                        students,
                        student -> corrected(student, method, c -> String.format(Locale.ROOT, "%+.2f", c.bias())));
                row(
                        "  test errors",
                        students,
                        student ->
                                corrected(student, method, c -> number(c.test().errors())));
                row(
                        "  recall on " + classes(unseen),
                        students,
                        student ->
                                corrected(student, method, c -> percent(c.test().recall(unseen))));
            }
            line(
                    "  A bias is added to the logit of what was never seen. 'oracle' picks it by the test labels and is an upper");
            line("  limit; 'prior-match' reads no label.");
            if ("notebook".equals(report.recipe())) {
                line(
                        "  So small a student has little room for what it never saw: 'retort study hinton2015' shows wide ones.");
            }
        }
        for (Report.Student student : students) {
            crossValidation(student);
        }
    }

    private void crossValidation(Report.Student student) {
        Report.CrossValidation folds = student.crossValidation();
        if (folds != null) {
            String each = folds.folds().stream().map(Summary::percent).collect(Collectors.joining(", "));
            line(
                    "  cross-validation of %s, %.1f s: agrees with the teacher on %s of held-out images",
                    student.name(), folds.seconds(), percent(folds.mean()));
            line("    folds: %s", each);
        }
    }

    private void evaluated() {
        Report.Evaluated evaluated = report.evaluated();
        if (evaluated != null) {
            line("");
            line("%s  %,d parameters", evaluated.model(), evaluated.parameters());
            line("  test      %s", test(evaluated.test()));
        }
    }

    private void latency() {
        if (report.latency() == null || report.latency().isEmpty()) {
            return;
        }
        line("");
        line(
                "LATENCY  %-12s %-8s %7s %7s %13s %13s %13s",
                "engine", "model", "batch", "calls", "median us", "p99 us", "images/s");
        for (Report.Latency l : report.latency()) {
            line(
                    "         %-12s %-8s %,7d %,7d %,13.1f %,13.1f %,13.0f",
                    l.backend(), l.model(), l.batch(), l.calls(), l.medianMicros(), l.p99Micros(), l.imagesPerSecond());
        }
        for (Report.LatencySkipped s : report.latencySkipped()) {
            line("         %-12s %-8s %,7d  not measured: %s", s.backend(), s.model(), s.batch(), s.reason());
        }
        Map<String, List<Report.LatencyRatio>> ratios = report.latencyRatio().stream()
                .collect(Collectors.groupingBy(Report.LatencyRatio::backend, LinkedHashMap::new, Collectors.toList()));
        ratios.forEach((backend, ofBackend) -> line(
                "  teacher's median over the student's on %s: %s",
                backend,
                ofBackend.stream()
                        .map(r -> String.format(Locale.ROOT, "batch %,d: %.0f", r.batch(), r.teacherOverStudent()))
                        .collect(Collectors.joining("; "))));
    }

    private void confusions() {
        if (report.teacher() != null) {
            confusion("teacher", report.teacher().test());
        }
        if (report.students() != null) {
            for (Report.Student student : report.students()) {
                confusion(student.name(), student.test());
            }
        }
        if (report.evaluated() != null) {
            confusion(report.evaluated().model(), report.evaluated().test());
        }
    }

    /** Per cent of each true class, a row, that was taken for each class, a column. */
    private void confusion(String name, Report.Test test) {
        line("");
        StringBuilder header = new StringBuilder();
        for (int c = 0; c < test.confusion().length; c++) {
            header.append(String.format(Locale.ROOT, "%7d", c));
        }
        line("CONFUSION of %s: per cent of each digit (row) taken for each (column)", name);
        line("    %s", header);
        for (int c = 0; c < test.confusion().length; c++) {
            StringBuilder row = new StringBuilder();
            int images = 0;
            for (int predicted : test.confusion()[c]) {
                images += predicted;
            }
            for (int predicted : test.confusion()[c]) {
                row.append(
                        predicted == 0 ? "      ." : String.format(Locale.ROOT, "%7.1f", 100.0 * predicted / images));
            }
            line("%4d%s", c, row);
        }
    }

    private String test(Report.Test test) {
        return String.format(
                Locale.ROOT, "%,d errors of %,d, accuracy %s", test.errors(), test.images(), percent(test.accuracy()));
    }

    private void row(String name, List<Report.Student> students, Function<Report.Student, String> cell) {
        List<String> cells = new ArrayList<>();
        for (Report.Student student : students) {
            cells.add(String.format(Locale.ROOT, "%18s", cell.apply(student)));
        }
        line("  %-24s%s", name, String.join("", cells));
    }

    private static String corrected(
            Report.Student student, String method, Function<Report.BiasCorrected, String> cell) {
        if (student.biasCorrection() == null) {
            return "";
        }
        return student.biasCorrection().stream()
                .filter(c -> c.method().equals(method))
                .map(cell)
                .findFirst()
                .orElse("");
    }

    private static String classes(Set<Integer> classes) {
        return classes.isEmpty() ? "-" : classes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static String number(int value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
