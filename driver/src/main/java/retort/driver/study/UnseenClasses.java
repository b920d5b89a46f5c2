package retort.driver.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import retort.driver.job.Method;
import retort.driver.page.Axis;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;
import retort.driver.statistics.RankCorrelation;

/**
 * What students learned of each class that they never saw, beside what the soft labels that they did see told of it.
 */
record UnseenClasses(Study study) {
    /** Of fewer points nobody should read a relation. */
    private static final int FEWEST = 5;

    /**
     * One class that one student never saw.
     *
     * @param share mean probability of the class in the soft labels of images of the classes seen, each class with the
     *     same weight, at the student's temperature
     * @param most the class whose images tell most of it
     * @param recall of the class; null without test images of it, as is the one after prior-match
     * @param teacherRecall the teacher's, who saw it; null likewise
     */
    record Row(
            Study.CellResult cell,
            int unseen,
            double share,
            int most,
            Double recall,
            Double priorRecall,
            Double teacherRecall) {}

    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Study.CellResult cell : study.cells()) {
            softLabels(cell)
                    .ifPresent(soft -> cell.omitted()
                            .forEach(unseen -> row(cell, soft, unseen).ifPresent(rows::add)));
        }
        return rows;
    }

    /** Of a student without a teacher there are none. */
    private Optional<Study.SoftLabels> softLabels(Study.CellResult cell) {
        return Method.byId(cell.method()).filter(Method::distils).isPresent()
                ? study.teacher(cell.seed()).stream()
                        .flatMap(teacher -> teacher.softLabels().stream())
                        .filter(soft -> soft.temperature() == cell.temperature())
                        .findFirst()
                : Optional.empty();
    }

    private Optional<Row> row(Study.CellResult cell, Study.SoftLabels soft, int unseen) {
        List<Integer> seen = IntStream.range(0, soft.mean().size())
                .filter(label -> !cell.omitted().contains(label) && soft.mean().get(label) != null)
                .boxed()
                .toList();
        Function<Integer, Double> told = label -> soft.mean().get(label).get(unseen);
        return seen.stream()
                .max(Comparator.comparing(told))
                .map(most -> new Row(
                        cell,
                        unseen,
                        seen.stream().mapToDouble(told::apply).average().orElseThrow(),
                        most,
                        cell.test().recall().get(unseen),
                        cell.priorMatch() == null
                                ? null
                                : cell.priorMatch().test().recall().get(unseen),
                        study.teacher(cell.seed()).orElseThrow().test().recall().get(unseen)));
    }

    Table table() {
        Table.Builder table = Table.of(
                "",
                "class",
                "student",
                "share in soft labels",
                "most in images of",
                "recall",
                "recall after prior-match",
                "teacher's recall");
        for (Row row : rows()) {
            table.row(
                    Table.Cell.of(Integer.toString(row.unseen())),
                    Table.Cell.of(row.cell().id()),
                    Table.Cell.of(Format.PERCENT, row.share()),
                    Table.Cell.of(Integer.toString(row.most())),
                    Table.Cell.defined(Format.PERCENT, row.recall()),
                    Table.Cell.defined(Format.PERCENT, row.priorRecall()),
                    Table.Cell.defined(Format.PERCENT, row.teacherRecall()));
        }
        return table.build();
    }

    /** A point for each class and student: by share, and by the teacher's recall; none where there are too few. */
    List<Chart> charts() {
        List<Row> trained = rows().stream().filter(row -> row.recall() != null).toList();
        if (trained.size() < FEWEST) {
            return List.of();
        }
        return List.of(
                chart(
                        "Recall on a class never seen, by what the soft labels tell of it",
                        "mean probability of the class in the soft labels of the others",
                        trained,
                        Row::share),
                chart(
                        "Recall on a class never seen, by the teacher's, who saw it",
                        "teacher's recall",
                        trained,
                        Row::teacherRecall));
    }

    private Chart chart(String caption, String by, List<Row> trained, Function<Row, Double> x) {
        Chart chart = Chart.of(caption, Axis.of(by, Format.PERCENT), Axis.of("recall", Format.PERCENT), table())
                .add(series("as trained", 2, trained, x, Row::recall));
        String note = "A point is a class that a student never saw. Spearman's rank correlation: "
                + correlation(trained, x, Row::recall) + " as trained";
        List<Row> corrected =
                trained.stream().filter(row -> row.priorRecall() != null).toList();
        if (corrected.size() < FEWEST) {
            return chart.note(note + ".");
        }
        chart.add(series("after prior-match", 1, corrected, x, Row::priorRecall));
        return chart.note(note + ", " + correlation(corrected, x, Row::priorRecall) + " after prior-match.");
    }

    private static Series series(
            String name, int colour, List<Row> rows, Function<Row, Double> x, Function<Row, Double> recall) {
        Series series = Series.of(name, Series.Kind.POINTS, colour)
                .labelled(rows.stream()
                        .map(row -> name + ", class " + row.unseen() + ", "
                                + row.cell().id())
                        .toList());
        rows.forEach(row -> series.add(x.apply(row), recall.apply(row)));
        return series;
    }

    private static String correlation(List<Row> rows, Function<Row, Double> first, Function<Row, Double> second) {
        double found = RankCorrelation.spearman(
                rows.stream().mapToDouble(first::apply).toArray(),
                rows.stream().mapToDouble(second::apply).toArray());
        return Double.isNaN(found) ? "not defined" : String.format(Locale.ROOT, "%.2f", found);
    }
}
