package retort.driver.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import retort.driver.page.Table;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;

/** A report as text for a terminal of 80 columns. */
public final class Summary {
    /** Columns of a confusion matrix that a terminal of 80 has room for. */
    private static final int MOST_CLASSES = 10;

    private final StringBuilder text = new StringBuilder();
    private final Report report;

    private Summary(Report report) {
        this.report = report;
    }

    /** The tables. */
    public static String of(Report report) {
        Summary summary = new Summary(report);
        summary.heading();
        summary.teacher();
        summary.students();
        summary.comparisons();
        summary.evaluated();
        summary.latency();
        summary.confusion();
        return summary.text.toString();
    }

    /** What came out, to be said last: the result itself is in the last line. */
    public static String headline(Report report) {
        Headline headline = Headline.of(report);
        return headline.details().stream()
                .map(detail -> detail + "\n")
                .collect(Collectors.joining("", "", headline.sentence() + "\n"));
    }

    private void heading() {
        Report.Environment at = report.environment();
        line(
                "Retort %s%s%s%s",
                report.command(),
                report.recipe() == null ? "" : ", recipe " + report.recipe(),
                report.seed() == null ? "" : ", seed " + report.seed(),
                report.quick() ? ", quick" : "");
        line("%s on %s", at.backend(), at.device());
        line("%d thread%s, Java %s", at.threads(), at.threads() == 1 ? "" : "s", at.java());
        line("data: %s", at.dataset());
        if (report.remarks() != null) {
            report.remarks().forEach(remark -> line("note: %s", remark));
        }
    }

    private void teacher() {
        Report.Teacher teacher = report.teacher();
        if (teacher == null) {
            return;
        }
        line("");
        boolean given = teacher.epochs().isEmpty();
        line(
                "TEACHER  %,d parameters%s",
                teacher.parameters(),
                given ? ", from a file" : String.format(Locale.ROOT, ", %,d training images", teacher.trainImages()));
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
        stopped(model -> model.equals("teacher"));
        line("  test      %s", test(teacher.test()));
        if (given) {
            return;
        }
        line(
                "  trained in %.1f s%s",
                teacher.seconds(),
                teacher.imagesPerSecond() == null
                        ? ""
                        : String.format(Locale.ROOT, ", %.0f images/s", teacher.imagesPerSecond()));
    }

    /** How the trainings of some models ended that could end early. */
    private void stopped(Predicate<String> of) {
        if (report.stopped() != null) {
            report.stopped().stream().filter(each -> of.test(each.model())).forEach(each -> line("  %s", each.text()));
        }
    }

    private void students() {
        if (report.students() == null) {
            return;
        }
        line("");
        line("STUDENTS");
        table(Tables.students(report));
        if (report.students().stream().anyMatch(student -> !student.omitted().isEmpty())) {
            String by = Tables.correctedBy(report);
            line("  recall: of what the student never saw%s", by.isEmpty() ? "" : "; corrected: after " + by);
        }
        stopped(model -> !model.equals("teacher"));
        report.students().stream()
                .filter(student -> student.teachingShare() != null)
                .forEach(student -> line(
                        "  %s: the teacher labelled each view, %.0f %% of the time of training",
                        student.name(), 100 * student.teachingShare()));
        Table corrections = Tables.corrections(report);
        if (!corrections.rows().isEmpty()) {
            line("");
            line("BIAS CORRECTION: by how much the logits of what was never seen are raised");
            table(corrections);
            report.students().forEach(this::undefined);
        }
        report.students().forEach(this::crossValidation);
    }

    /** Why there are no numbers in a row of the table. */
    private void undefined(Report.Student student) {
        for (Report.BiasCorrected corrected : Tables.corrections(student)) {
            if (corrected.undefined() != null) {
                line("  %s, %s: %s", student.name(), corrected.method(), corrected.undefined());
            }
        }
    }

    private void comparisons() {
        List<Contest.Verdict> verdicts = Contests.of(report);
        if (!verdicts.isEmpty()) {
            line("");
            line("COMPARED on the same test images: p by McNemar, raised for %d in all (Holm)", verdicts.size());
            verdicts.forEach(verdict -> ContestTable.lines(verdict).forEach(text -> line("  %s", text)));
        }
    }

    private void crossValidation(Report.Student student) {
        Report.CrossValidation folds = student.crossValidation();
        if (folds != null) {
            line("");
            line("CROSS-VALIDATION of %s, %.1f s: agrees with the teacher on", student.name(), folds.seconds());
            line(
                    "  %s of held-out images; folds %s",
                    percent(folds.mean()),
                    folds.folds().stream().map(Summary::percent).collect(Collectors.joining(", ")));
        }
    }

    private void evaluated() {
        Report.Evaluated evaluated = report.evaluated();
        if (evaluated != null) {
            line("");
            String weights = evaluated.weights() == null ? "" : ", weights " + evaluated.weights();
            line("%s  %,d parameters%s", evaluated.model(), evaluated.parameters(), weights);
            line("  test      %s", test(evaluated.test()));
        }
    }

    private void latency() {
        if (report.latency() == null) {
            return;
        }
        line("");
        line("LATENCY");
        if (!report.latency().isEmpty()) {
            table(Tables.latency(report).without("calls", "p10", "p90"));
        }
        for (Report.LatencySkipped s : report.latencySkipped()) {
            line("  %s, %s, batch %,d: skipped, %s", s.backend(), s.model(), s.batch(), s.reason());
        }
        line("  ratio: the teacher's median over the student's");
    }

    /** Of the model that the headline tells of; the others' are in the report. */
    private void confusion() {
        Optional<Finding> finding = Finding.of(report);
        List<Tables.Tested> all = Tables.tested(report);
        if (finding.isPresent()) {
            Finding found = finding.get();
            String after = found.isCorrected() ? ", bias corrected" : "";
            confusion(found.student().name() + after, found.test());
        } else if (!all.isEmpty()) {
            confusion(all.getLast().name(), all.getLast().test());
        }
    }

    /** Per cent of each true class, a row, that was taken for each class, a column. */
    private void confusion(String name, Report.Test test) {
        line("");
        if (test.confusion().length > MOST_CLASSES) {
            line("CONFUSION of %s: what is taken for what most often", name);
            table(Tables.confusions(report, test, MOST_CLASSES, ""));
            return;
        }
        StringBuilder header = new StringBuilder();
        for (int c = 0; c < test.confusion().length; c++) {
            header.append(String.format(Locale.ROOT, "%7d", c));
        }
        line("CONFUSION of %s", name);
        line("per cent of each class (row) that was taken for each (column)");
        line("    %s", header);
        for (int c = 0; c < test.confusion().length; c++) {
            StringBuilder row = new StringBuilder();
            int images = test.images(Set.of(c));
            for (int predicted : test.confusion()[c]) {
                row.append(
                        images == 0
                                ? "      -"
                                : predicted == 0
                                        ? "      ."
                                        : String.format(Locale.ROOT, "%7.1f", 100.0 * predicted / images));
            }
            line("%4d%s", c, row);
        }
        if (report.classes() != null) {
            List<String> names = report.classes();
            for (int c = 0; c < names.size(); c += 2) {
                String second = c + 1 < names.size() ? (c + 1) + " " + names.get(c + 1) : "";
                line("  %-38s %s", c + " " + names.get(c), second);
            }
        }
    }

    private String test(Report.Test test) {
        return String.format(
                Locale.ROOT, "%,d errors of %,d, accuracy %s", test.errors(), test.images(), percent(test.accuracy()));
    }

    private void table(Table table) {
        table.lines().forEach(row -> line("  %s", row));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
