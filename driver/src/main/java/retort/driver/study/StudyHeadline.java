package retort.driver.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import retort.driver.page.Format;
import retort.driver.page.Page;

/** What a study found out, in a sentence and a few numbers. */
record StudyHeadline(Study study) {
    String sentence() {
        List<String> said = new ArrayList<>();
        Optional<Study.Experiment> hard = experiment("student-hard");
        Optional<Study.Experiment> distilled = experiment("student-distilled");
        if (hard.isPresent() && distilled.isPresent()) {
            said.add(String.format(
                    Locale.ROOT,
                    "A student of two layers of 800 units makes %s test errors on true labels and %s distilled%s.",
                    errors(hard.get()),
                    errors(distilled.get()),
                    hard.get().paperErrors() == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "; the paper has %.0f and %.0f",
                                    hard.get().paperErrors(),
                                    distilled.get().paperErrors())));
        }
        experiment("omit3")
                .filter(row -> row.recallOmitted() != null)
                .ifPresent(omitted -> said.add(String.format(
                        Locale.ROOT,
                        "One that never saw a 3 names %s of them right%s.",
                        recall(omitted),
                        experiment("omit3-prior")
                                .map(prior -> ", and " + recall(prior)
                                        + " once one bias is raised that no label was read for")
                                .orElse(""))));
        return said.isEmpty() ? ofSweep() : String.join(" ", said);
    }

    private String ofSweep() {
        Map<String, List<Study.CellResult>> groups = new StudyTables(study).groups();
        long seeds =
                study.cells().stream().map(Study.CellResult::seed).distinct().count();
        List<String> said = new ArrayList<>(List.of(String.format(
                Locale.ROOT,
                "%,d student%s of %,d kind%s over %,d seed%s.",
                study.cells().size(),
                plural(study.cells().size()),
                groups.size(),
                plural(groups.size()),
                seeds,
                plural(seeds))));
        best(Measure.ERRORS, Comparator.reverseOrder())
                .ifPresent(best -> said.add("Fewest test errors: " + best.said() + "."));
        best(Measure.PRIOR_RECALL, Comparator.naturalOrder())
                .ifPresent(best -> said.add("Most of what it never saw, after prior-match: " + best.said() + " %."));
        return String.join(" ", said);
    }

    private static String plural(long count) {
        return count == 1 ? "" : "s";
    }

    /** Students of one kind and their mean. */
    private record Best(String name, Measure measure, double mean) {
        String said() {
            return name + " with " + measure.text(mean);
        }
    }

    private Optional<Best> best(Measure measure, Comparator<Double> better) {
        return new StudyTables(study)
                .groups().entrySet().stream()
                        .filter(group ->
                                !StudyTables.values(measure, group.getValue()).isEmpty())
                        .map(group -> new Best(
                                group.getKey(),
                                measure,
                                StudyTables.spread(StudyTables.values(measure, group.getValue()))
                                        .mean()))
                        .max(Comparator.comparing(Best::mean, better));
    }

    List<Page.Tile> tiles() {
        List<Page.Tile> tiles = new ArrayList<>();
        experiment("student-hard").ifPresent(row -> tiles.add(new Page.Tile(errors(row), "errors on true labels")));
        experiment("student-distilled").ifPresent(row -> tiles.add(new Page.Tile(errors(row), "errors distilled")));
        experiment("omit3")
                .filter(row -> row.recallOmitted() != null)
                .ifPresent(row -> tiles.add(new Page.Tile(recall(row), "recall on 3, never shown")));
        experiment("omit3-prior")
                .filter(row -> row.recallOmitted() != null)
                .ifPresent(row -> tiles.add(new Page.Tile(recall(row), "the same, one bias raised")));
        return tiles;
    }

    private Optional<Study.Experiment> experiment(String id) {
        return study.experiments().stream().filter(row -> row.id().equals(id)).findFirst();
    }

    private static String errors(Study.Experiment row) {
        return String.format(Locale.ROOT, row.errors().size() > 1 ? "%,.1f" : "%,.0f", row.mean());
    }

    private static String recall(Study.Experiment row) {
        return Format.PERCENT.of(StudyTables.spread(row.recallOmitted()).mean());
    }
}
