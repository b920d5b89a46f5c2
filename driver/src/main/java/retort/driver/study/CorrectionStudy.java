package retort.driver.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import retort.driver.cli.Json;
import retort.driver.job.BiasCorrection.Kind;
import retort.driver.job.CorrectionTrials;
import retort.driver.json.MayBeMissing;
import retort.driver.page.Format;
import retort.driver.page.Table;
import retort.driver.report.Report;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;
import retort.driver.statistics.ErrorSet;

/**
 * What corrections without labels are worth, of students that were trained before: components are the keys of its JSON,
 * in order.
 *
 * @param on the unlabelled images that biases were fitted on: test, or held-out
 * @param rows one for each student, way and number of images
 */
public record CorrectionStudy(int schemaVersion, Report.Environment environment, String on, List<Row> rows) {
    public static final int SCHEMA_VERSION = 2;

    /** A name of its files. */
    public static final String NAME = "corrections";

    /**
     * One way to correct one student on so many images; lists have an element for each draw that gave a bias.
     *
     * @param images null where nothing is fitted
     * @param draws which these are, from 0: the same draw of two ways is of the same images
     * @param recallOmitted empty where no test image is of a class never seen
     * @param undefined draws that gave none, by why
     * @param wrong which test images are named wrong; empty where other rows are of more images, as these are not
     *     compared
     */
    public record Row(
            String model,
            Set<Integer> omitted,
            String method,
            @MayBeMissing Integer images,
            List<Integer> draws,
            List<Integer> errors,
            List<Double> recallOmitted,
            List<Double> bias,
            Map<String, Integer> undefined,
            List<ErrorSet> wrong) {

        static Row of(String model, Set<Integer> omitted, CorrectionTrials.Trial trial, boolean isCompared) {
            List<CorrectionTrials.Outcome> outcomes = trial.outcomes();
            Map<String, Integer> undefined = new LinkedHashMap<>();
            trial.undefined().forEach(why -> undefined.merge(why, 1, Integer::sum));
            return new Row(
                    model,
                    new TreeSet<>(omitted),
                    trial.method(),
                    trial.images().isPresent() ? trial.images().getAsInt() : null,
                    outcomes.stream().map(CorrectionTrials.Outcome::draw).toList(),
                    outcomes.stream().map(each -> each.wrong().errors()).toList(),
                    outcomes.stream()
                            .flatMap(each -> each.recallOmitted().stream())
                            .toList(),
                    outcomes.stream().map(CorrectionTrials.Outcome::bias).toList(),
                    undefined,
                    isCompared
                            ? outcomes.stream()
                                    .map(CorrectionTrials.Outcome::wrong)
                                    .toList()
                            : List.of());
        }

        /** Whether images are drawn for it. */
        boolean isFitted() {
            return images != null;
        }

        /** After one draw; null where that gave no bias. What is not fitted is the same whatever is drawn. */
        private ErrorSet wrong(int draw) {
            int at = isFitted() ? draws.indexOf(draw) : 0;
            return at < 0 ? null : wrong.get(at);
        }
    }

    /** With the trials of one more student. */
    public CorrectionStudy with(String model, Set<Integer> omitted, List<CorrectionTrials.Trial> trials) {
        int most = trials.stream()
                .mapToInt(trial -> trial.images().orElse(0))
                .max()
                .orElse(0);
        List<Row> more = new ArrayList<>(rows);
        trials.forEach(
                trial -> more.add(Row.of(model, omitted, trial, trial.images().orElse(most) == most)));
        return new CorrectionStudy(schemaVersion, environment, on, more);
    }

    List<String> models() {
        return rows.stream().map(Row::model).distinct().toList();
    }

    List<Row> of(String model) {
        return rows.stream().filter(row -> row.model().equals(model)).toList();
    }

    /** The most images that anything was fitted on. */
    int mostImages() {
        return rows.stream().filter(Row::isFitted).mapToInt(Row::images).max().orElse(0);
    }

    /** On the most images, draw for draw: each way against prior-match, and that against none. */
    List<Contest.Verdict> verdicts() {
        List<Contest> contests = new ArrayList<>();
        for (String model : models()) {
            Map<String, Row> compared = of(model).stream()
                    .filter(row -> !row.wrong().isEmpty())
                    .collect(Collectors.toMap(Row::method, row -> row, (one, other) -> one, LinkedHashMap::new));
            String prior = Kind.PRIOR_MATCH.id();
            compared.values().stream().filter(Row::isFitted).forEach(row -> {
                Row against = compared.get(row.method().equals(prior) ? CorrectionTrials.NONE : prior);
                Optional.ofNullable(against)
                        .flatMap(other -> contest(row, other))
                        .ifPresent(contests::add);
            });
        }
        return Contest.judged(contests);
    }

    /** Of the draws that both have; nothing where there are none. */
    private static Optional<Contest> contest(Row first, Row second) {
        List<Integer> both = first.draws().stream()
                .filter(draw -> second.wrong(draw) != null)
                .toList();
        return both.isEmpty()
                ? Optional.empty()
                : Optional.of(new Contest(
                        Contest.corrected(first.model(), first.method()),
                        Contest.corrected(second.model(), second.method()),
                        both.stream().map(first::wrong).toList(),
                        both.stream().map(second::wrong).toList()));
    }

    /** What its files hold, by their names. */
    public Map<String, Supplier<String>> files() {
        Map<String, Supplier<String>> files = new LinkedHashMap<>();
        files.put(NAME + ".json", () -> Json.text(this) + "\n");
        files.put(NAME + ".csv", () -> table().csv());
        files.put("comparisons.csv", () -> ContestTable.of("draws", verdicts()).csv());
        return files;
    }

    /** All rows, means and standard deviations over the draws. */
    Table table() {
        Table.Builder table = Table.of(
                "",
                "model",
                "never saw",
                "correction",
                "images",
                "draws",
                "undefined",
                "test errors",
                "± errors",
                "recall",
                "± recall",
                "bias",
                "± bias");
        for (Row row : rows) {
            List<Table.Cell> cells = new ArrayList<>(List.of(
                    Table.Cell.of(row.model()),
                    Table.Cell.of(Cell.classes(row.omitted())),
                    Table.Cell.of(row.method()),
                    Table.Cell.of(Format.COUNT, row.images()),
                    Table.Cell.of(Format.COUNT, row.errors().size()),
                    Table.Cell.of(
                            Format.COUNT,
                            row.undefined().values().stream().mapToInt(n -> n).sum())));
            StudyTables.addSpread(cells, Format.NUMBER, row.errors());
            StudyTables.addSpread(cells, Format.PERCENT, row.recallOmitted());
            StudyTables.addSpread(cells, Format.NUMBER, row.bias());
            table.row(cells);
        }
        return table.build();
    }
}
