package retort.driver.study;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import retort.driver.report.Report;

/** A study as text for a terminal of 100 columns; numbers are means over the seeds, with their standard deviation. */
public final class StudySummary {
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
        return summary.text.toString();
    }

    private void heading() {
        Report.Environment at = study.environment();
        Study.Settings settings = study.settings();
        line("Retort study %s", study.study());
        line(
                "%s on %s, %d thread%s, Java %s",
                at.backend(), at.device(), at.threads(), at.threads() == 1 ? "" : "s", at.java());
        line("data: %s, %,d training images", settings.dataset(), settings.trainImages());
        line("teachers: %s", settings.teacher());
        line("students: %s", settings.student());
    }

    private void experiments() {
        if (study.experiments().isEmpty()) {
            return;
        }
        line("");
        line(
                "%-18s %5s %20s %10s %20s %14s",
                "EXPERIMENT", "seeds", "test errors", "paper", "recall on unseen, %", "bias");
        for (Study.Experiment row : study.experiments()) {
            line(
                    "%-18s %5d %20s %10s %20s %14s",
                    row.id(),
                    row.errors().size(),
                    spread(new Spread(row.mean(), row.sd()), row.errors().size(), 1),
                    row.paperErrors() == null ? "" : String.format(Locale.ROOT, "%,.0f", row.paperErrors()),
                    row.recallOmitted() == null ? "" : spread(row.recallOmitted(), 100, 1),
                    row.bias() == null ? "" : spread(row.bias(), 1, 2));
        }
        line("'oracle' picks the bias by the test labels and is an upper limit; 'prior' reads no label.");
    }

    private void teachers() {
        if (study.teachers().isEmpty()) {
            return;
        }
        line("");
        line(
                "TEACHERS at T = 1: negative log-likelihood %s, calibration error %s %%",
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
        line("%-36s %5s %15s %9s %14s %14s", "STUDENT", "seeds", "test errors", "recall", "oracle", "prior-match");
        new StudyTables(study)
                .groups()
                .forEach((name, cells) -> line(
                        "%-36s %5d %15s %9s %14s %14s",
                        name,
                        cells.size(),
                        mean(Measure.ERRORS, cells, true),
                        mean(Measure.RECALL, cells, false),
                        mean(Measure.ORACLE_ERRORS, cells, false) + " " + mean(Measure.ORACLE_RECALL, cells, false),
                        mean(Measure.PRIOR_ERRORS, cells, false) + " " + mean(Measure.PRIOR_RECALL, cells, false)));
        line("recall: per cent of the images of classes never seen; after a bias, errors and recall.");
    }

    private static String mean(Measure measure, List<Study.CellResult> cells, boolean withSpread) {
        List<Double> values = StudyTables.values(measure, cells);
        if (values.isEmpty()) {
            return "";
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
