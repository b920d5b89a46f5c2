package retort.driver.study;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import retort.driver.report.Report;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;

/** A study as text for a terminal of 80 columns; numbers are means over the seeds, with their standard deviation. */
public final class StudySummary {
    private static final int COLUMNS = 80;
    private static final String EXPERIMENTS = "%-18s %5s %16s %7s %14s %14s";
    private static final int NAME_COLUMNS = 34;
    private static final String STUDENTS = "%-" + NAME_COLUMNS + "s %5s %16s %8s %14s";

    private static final String CORRECTIONS = "%-26s %5s %16s %14s %s";

    /** Comparisons that a terminal has room for. */
    private static final int MOST_COMPARED = 8;

    private final StringBuilder text = new StringBuilder();
    private final Study study;

    private StudySummary(Study study) {
        this.study = study;
    }

    public static String of(Study study) {
        StudySummary summary = new StudySummary(study);
        summary.heading();
        summary.experiments();
        summary.teachers();
        if (study.experiments().isEmpty()) {
            summary.cells();
        }
        summary.corrections();
        summary.comparisons();
        return summary.text.toString();
    }

    private void heading() {
        Report.Environment at = study.environment();
        Study.Settings settings = study.settings();
        line("Retort study %s", study.study());
        line("%s on %s", at.backend(), at.device());
        line("%d thread%s, Java %s", at.threads(), at.threads() == 1 ? "" : "s", at.java());
        line("data: %s, %,d training images", settings.dataset(), settings.trainImages());
        paragraph("teachers: " + settings.teacher());
        paragraph("students: " + settings.student());
    }

    /** Broken at spaces, what follows the first line indented. */
    private void paragraph(String words) {
        String line = "";
        for (String word : words.split(" ")) {
            if (line.length() + 1 + word.length() > COLUMNS) {
                line("%s", line);
                line = "  " + word;
            } else {
                line = line.isEmpty() ? word : line + " " + word;
            }
        }
        line("%s", line);
    }

    private void experiments() {
        if (study.experiments().isEmpty()) {
            return;
        }
        line("");
        line(EXPERIMENTS, "EXPERIMENT", "seeds", "test errors", "paper", "recall, %", "bias");
        for (Study.Experiment row : study.experiments()) {
            line(
                    EXPERIMENTS,
                    row.id(),
                    row.errors().size(),
                    spread(new Spread(row.mean(), row.sd()), row.errors().size(), 1),
                    row.paperErrors() == null ? "" : String.format(Locale.ROOT, "%,.0f", row.paperErrors()),
                    row.recallOmitted() == null ? "" : spread(row.recallOmitted(), 100, 1),
                    row.bias() == null ? "" : spread(row.bias(), 1, 2));
        }
        paragraph(
                "recall: of the images of classes never seen. 'oracle' picks the bias by the test labels and is an upper"
                        + " limit on what one number can reach; 'prior' reads no label.");
    }

    private void teachers() {
        if (study.teachers().isEmpty()) {
            return;
        }
        line("");
        line(
                "TEACHERS at T = 1: negative log-likelihood %s,%n  calibration error %s %%",
                spread(teachers(Study.Measured::negativeLogLikelihood), 1, 4),
                spread(teachers(Study.Measured::calibrationError), 100, 2));
    }

    private List<Double> teachers(Function<Study.Measured, Double> measure) {
        return study.teachers().stream()
                .map(teacher -> measure.apply(teacher.test()))
                .toList();
    }

    /** The cells, those that differ in nothing but the seed in one line. */
    private void cells() {
        line("");
        line(STUDENTS, "STUDENT", "seeds", "test errors", "recall", "corrected");
        new StudyTables(study).groups().forEach((name, cells) -> {
            if (name.length() > NAME_COLUMNS) {
                line("%s", name);
            }
            line(
                    STUDENTS,
                    name.length() > NAME_COLUMNS ? "" : name,
                    cells.size(),
                    mean(Measure.ERRORS, cells, true),
                    mean(Measure.RECALL, cells, false),
                    mean(Measure.PRIOR_ERRORS, cells, false) + " " + mean(Measure.PRIOR_RECALL, cells, false));
        });
        paragraph(
                "recall: per cent of the images of classes never seen; corrected: errors and recall after prior-match, which"
                        + " reads no label. More is in the report.");
    }

    private void corrections() {
        if (study.cells().stream().allMatch(cell -> cell.others().isEmpty())) {
            return;
        }
        line("");
        line(CORRECTIONS, "CORRECTED without labels", "seeds", "test errors", "recall, %", "");
        new StudyTables(study).groups().forEach((name, cells) -> {
            List<String> methods = Correction.labelFree(cells.getFirst()).stream()
                    .map(Correction::method)
                    .toList();
            if (!methods.isEmpty()) {
                line("%s", name);
            }
            for (String method : methods) {
                List<Study.Measured> tests = StudyTables.corrected(cells, method);
                List<Double> errors =
                        tests.stream().map(test -> (double) test.errors()).toList();
                List<Double> recall = tests.stream()
                        .map(Study.Measured::recallOmitted)
                        .filter(Objects::nonNull)
                        .toList();
                line(
                        CORRECTIONS,
                        "  " + method,
                        tests.size(),
                        errors.isEmpty() ? "-" : spread(errors, 1, 1),
                        recall.isEmpty() ? "-" : spread(recall, 100, 1),
                        tests.size() < cells.size() ? "not defined for all" : "");
            }
        });
    }

    /** Those that are shown to differ, in words; all are in the report. */
    private void comparisons() {
        List<Contest.Verdict> verdicts = new StudyContests(study).verdicts();
        List<Contest.Verdict> shown =
                verdicts.stream().filter(Contest.Verdict::isShown).toList();
        if (verdicts.isEmpty()) {
            return;
        }
        line("");
        line("COMPARED on the same test images: %d of %d differ (p < 0.05 by Holm)", shown.size(), verdicts.size());
        shown.stream()
                .limit(MOST_COMPARED)
                .forEach(verdict -> ContestTable.lines(verdict).forEach(text -> line("  %s", text)));
        if (shown.size() > MOST_COMPARED) {
            line("  and so on: see comparisons.csv");
        }
    }

    private static String mean(Measure measure, List<Study.CellResult> cells, boolean withSpread) {
        List<Double> values = StudyTables.values(measure, cells);
        if (values.isEmpty()) {
            return cells.getFirst().omitted().isEmpty() ? "" : "-";
        }
        double[] found = values.stream().mapToDouble(Double::doubleValue).toArray();
        return withSpread
                ? spread(values, 1, 1)
                : String.format(Locale.ROOT, "%,.1f", Spread.of(found).mean());
    }

    private static String spread(List<Double> values, double scale, int decimals) {
        double[] scaled = values.stream().mapToDouble(v -> scale * v).toArray();
        return spread(Spread.of(scaled), scaled.length, decimals);
    }

    private static String spread(Spread spread, int seeds, int decimals) {
        String mean = String.format(Locale.ROOT, "%,." + decimals + "f", spread.mean());
        return seeds < 2 ? mean : mean + String.format(Locale.ROOT, " +- %,." + decimals + "f", spread.sd());
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
