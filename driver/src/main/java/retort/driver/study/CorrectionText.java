package retort.driver.study;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import retort.driver.statistics.Contest;

/** A {@link CorrectionStudy} as text for a terminal of 80 columns: errors and recall as the images become fewer. */
public final class CorrectionText {
    private static final String ROW = "  %-15s %7s %5s %18s %16s";

    private final StringBuilder text = new StringBuilder();
    private final CorrectionStudy study;

    private CorrectionText(CorrectionStudy study) {
        this.study = study;
    }

    public static String of(CorrectionStudy study) {
        CorrectionText text = new CorrectionText(study);
        text.line("Retort study corrections, fitted on %s images without labels", study.on());
        text.line(
                "data: %s, %s",
                study.environment().dataset(), study.environment().backend());
        study.models().forEach(text::model);
        if (study.models().size() > 1) {
            text.all();
        }
        text.verdicts();
        return text.text.toString();
    }

    private void model(String model) {
        List<CorrectionStudy.Row> rows = study.of(model);
        line("");
        line("%s, never saw %s", model, Cell.classes(rows.getFirst().omitted()));
        line(ROW, "correction", "images", "draws", "test errors", "recall, %");
        for (CorrectionStudy.Row row : rows) {
            line(
                    ROW,
                    row.method(),
                    row.isFitted() ? String.format(Locale.ROOT, "%,d", row.images()) : "",
                    row.isFitted() ? row.errors().size() : "",
                    spread(row.errors(), 1),
                    spread(row.recallOmitted(), 100));
            row.undefined().forEach((why, draws) -> line("    %d not defined: %s", draws, why));
        }
    }

    /** Means over the students of means and of deviations over the draws. */
    private void all() {
        line("");
        line(
                "MEAN of %d students; +- is the mean of their deviations over the draws",
                study.models().size());
        line(ROW, "correction", "images", "", "test errors", "recall, %");
        List<String> methods = study.rows().stream()
                .map(CorrectionStudy.Row::method)
                .distinct()
                .toList();
        for (String method : methods) {
            TreeSet<Integer> sizes = new TreeSet<>(study.rows().stream()
                    .filter(row -> row.method().equals(method) && row.isFitted())
                    .map(CorrectionStudy.Row::images)
                    .toList());
            if (sizes.isEmpty()) {
                all(method, null);
            }
            sizes.forEach(size -> all(method, size));
        }
    }

    private void all(String method, Integer images) {
        List<CorrectionStudy.Row> rows = study.rows().stream()
                .filter(row -> row.method().equals(method) && Objects.equals(row.images(), images))
                .toList();
        long defined = rows.stream().filter(row -> !row.errors().isEmpty()).count();
        line(
                ROW + "%s",
                method,
                images == null ? "" : String.format(Locale.ROOT, "%,d", images),
                "",
                mean(rows.stream().map(CorrectionStudy.Row::errors).toList(), 1),
                mean(rows.stream().map(CorrectionStudy.Row::recallOmitted).toList(), 100),
                defined == rows.size() ? "" : " of " + defined);
    }

    private static String mean(List<? extends List<? extends Number>> draws, double scale) {
        List<Spread> spreads = draws.stream()
                .filter(each -> !each.isEmpty())
                .map(StudyTables::spread)
                .toList();
        if (spreads.isEmpty()) {
            return "-";
        }
        double mean = spreads.stream().mapToDouble(Spread::mean).average().orElseThrow();
        Optional<Double> sd = spreads.stream().allMatch(spread -> spread.sd() != null)
                ? Optional.of(spreads.stream().mapToDouble(Spread::sd).average().orElseThrow())
                : Optional.empty();
        return text(scale * mean, sd.map(d -> scale * d));
    }

    private static String spread(Collection<? extends Number> values, double scale) {
        if (values.isEmpty()) {
            return "-";
        }
        Spread spread = StudyTables.spread(values);
        return text(scale * spread.mean(), Optional.ofNullable(spread.sd()).map(sd -> scale * sd));
    }

    private static String text(double mean, Optional<Double> sd) {
        return String.format(Locale.ROOT, "%,.1f", mean)
                + sd.map(d -> String.format(Locale.ROOT, " +- %,.1f", d)).orElse("");
    }

    private void verdicts() {
        List<Contest.Verdict> verdicts = study.verdicts();
        if (verdicts.isEmpty()) {
            return;
        }
        boolean isDrawn = verdicts.stream().anyMatch(verdict -> draws(verdict) > 1);
        line("");
        if (isDrawn) {
            line("COMPARED at %,d images, draw for draw, in errors on the same test images", study.mostImages());
            line("(a bootstrap over draws and images, of one draw McNemar; p of %d by Holm)", verdicts.size());
        } else {
            line(
                    "COMPARED at %,d images, on the same test images (McNemar, p of %d by Holm)",
                    study.mostImages(), verdicts.size());
        }
        for (String model : study.models()) {
            line("  %s", model);
            verdicts.stream()
                    .filter(verdict -> Contest.isCorrected(verdict.contest().first(), model))
                    .forEach(isDrawn ? this::ofDraws : this::ofOne);
        }
    }

    private void ofOne(Contest.Verdict verdict) {
        line(
                "    %s: %+,.0f errors against %s, %s",
                Contest.method(verdict.contest().first()),
                verdict.test().difference(),
                Contest.method(verdict.contest().second()),
                verdict.text());
    }

    private void ofDraws(Contest.Verdict verdict) {
        int draws = draws(verdict);
        line(
                "    %s, %,d %s: %+,.1f against %s, %s",
                Contest.method(verdict.contest().first()),
                draws,
                draws == 1 ? "draw" : "draws",
                verdict.test().difference(),
                Contest.method(verdict.contest().second()),
                verdict.text());
    }

    /** Those that both sides have. */
    private static int draws(Contest.Verdict verdict) {
        return verdict.contest().firstErrors().size();
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
