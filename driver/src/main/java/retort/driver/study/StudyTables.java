package retort.driver.study;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.driver.page.Format;
import retort.driver.page.Table;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;

/** A study's numbers as tables, for its page and as CSV; {@link CellTable} has all that is known of each student. */
record StudyTables(Study study) {
    /** By the names of their files. */
    Map<String, Table> all() {
        Map<String, Table> tables = new LinkedHashMap<>();
        if (!study.experiments().isEmpty()) {
            tables.put("experiments.csv", experiments());
        }
        if (!study.cells().isEmpty()) {
            tables.put("students.csv", students());
            List<Contest.Verdict> verdicts = new StudyContests(study).verdicts();
            if (!verdicts.isEmpty()) {
                tables.put("comparisons.csv", ContestTable.of(verdicts));
            }
            if (study.cells().stream().anyMatch(cell -> !cell.others().isEmpty())) {
                tables.put("corrections.csv", corrections(verdicts));
            }
        }
        if (!study.teachers().isEmpty()) {
            tables.put("teachers.csv", teachers());
            tables.put("soft-labels.csv", softLabels());
            Table unseen = new UnseenClasses(study).table();
            if (!unseen.rows().isEmpty()) {
                tables.put("unseen.csv", unseen);
            }
        }
        return tables;
    }

    /** The rows of the paper's table: means and standard deviations over the seeds. */
    Table experiments() {
        Table.Builder table = Table.of(
                "",
                "experiment",
                "seeds",
                "test errors",
                "± errors",
                "paper",
                "recall on unseen",
                "± recall",
                "bias",
                "± bias");
        for (Study.Experiment row : study.experiments()) {
            List<Table.Cell> cells = new ArrayList<>(List.of(
                    Table.Cell.of(row.id()),
                    Table.Cell.of(Format.COUNT, row.errors().size())));
            addSpread(cells, Format.NUMBER, row.errors());
            cells.add(Table.Cell.of(Format.COUNT, row.paperErrors()));
            addSpread(cells, Format.PERCENT, row.recallOmitted());
            addSpread(cells, Format.NUMBER, row.bias());
            table.row(cells);
        }
        return table.build();
    }

    /** A row for all students that differ in nothing but the seed. */
    Table students() {
        Table.Builder table = Table.of(
                "",
                "student",
                "seeds",
                "test errors",
                "± errors",
                "recall",
                "± recall",
                "prior-match errors",
                "prior-match recall",
                "± prior-match recall",
                "oracle errors",
                "oracle recall");
        groups().forEach((name, cells) -> {
            List<Table.Cell> row =
                    new ArrayList<>(List.of(Table.Cell.of(name), Table.Cell.of(Format.COUNT, cells.size())));
            addSpread(row, Format.NUMBER, values(Measure.ERRORS, cells));
            addSpread(row, Format.PERCENT, shares(Measure.RECALL, cells));
            row.add(mean(Format.NUMBER, values(Measure.PRIOR_ERRORS, cells)));
            addSpread(row, Format.PERCENT, shares(Measure.PRIOR_RECALL, cells));
            row.add(mean(Format.NUMBER, values(Measure.ORACLE_ERRORS, cells)));
            row.add(mean(Format.PERCENT, shares(Measure.ORACLE_RECALL, cells)));
            boolean omits = !cells.getFirst().omitted().isEmpty();
            table.row(row.stream()
                    .map(cell -> omits && cell.equals(Table.Cell.EMPTY) ? Table.Cell.NONE : cell)
                    .toList());
        });
        return table.build();
    }

    /**
     * A row for each way to find a bias of each student, means over the seeds.
     *
     * @param verdicts of {@link StudyContests}
     */
    Table corrections(List<Contest.Verdict> verdicts) {
        Table.Builder table = Table.of(
                "",
                "student",
                "correction",
                "seeds",
                "undefined",
                "test errors",
                "± errors",
                "recall",
                "± recall",
                "against prior-match");
        groups().forEach((name, cells) -> Correction.labelFree(cells.getFirst()).stream()
                .map(Correction::method)
                .forEach(method -> {
                    List<Study.Measured> tests = corrected(cells, method);
                    List<Table.Cell> row = new ArrayList<>(List.of(
                            Table.Cell.of(name),
                            Table.Cell.of(method),
                            Table.Cell.of(Format.COUNT, cells.size()),
                            Table.Cell.of(Format.COUNT, cells.size() - tests.size())));
                    addSpread(
                            row,
                            Format.NUMBER,
                            tests.stream().map(Study.Measured::errors).toList());
                    addSpread(
                            row,
                            Format.PERCENT,
                            tests.stream()
                                    .map(Study.Measured::recallOmitted)
                                    .filter(Objects::nonNull)
                                    .toList());
                    row.add(verdicts.stream()
                            .filter(verdict -> verdict.contest().first().equals(Contest.corrected(name, method)))
                            .filter(verdict -> !method.equals(Correction.PRIOR_MATCH))
                            .findFirst()
                            .map(verdict -> Table.Cell.of(verdict.text()))
                            .orElse(Table.Cell.EMPTY));
                    table.row(row);
                }));
        return table.build();
    }

    static List<Study.Measured> corrected(List<Study.CellResult> cells, String method) {
        return cells.stream()
                .flatMap(cell -> Correction.labelFree(cell).stream())
                .filter(each -> each.method().equals(method) && each.corrected() != null)
                .map(each -> each.corrected().test())
                .toList();
    }

    /** Students that differ in nothing but the seed, by what they are called without it. */
    Map<String, List<Study.CellResult>> groups() {
        return study.cells().stream()
                .collect(Collectors.groupingBy(
                        cell -> cell.id().replaceFirst("-seed-?\\d+$", ""), LinkedHashMap::new, Collectors.toList()));
    }

    Table teachers() {
        Table.Builder table =
                Table.of("", "seed", "test errors", "negative log-likelihood", "calibration error", "seconds");
        for (Study.TeacherResult teacher : study.teachers()) {
            table.row(
                    Table.Cell.of(Format.COUNT, teacher.seed()),
                    Table.Cell.of(Format.COUNT, teacher.test().errors()),
                    Table.Cell.of(Format.NUMBER, teacher.test().negativeLogLikelihood()),
                    Table.Cell.of(Format.PERCENT, teacher.test().calibrationError()),
                    Table.Cell.of(Format.NUMBER, teacher.seconds()));
        }
        return table.build();
    }

    private Table softLabels() {
        Table.Builder table = Table.of("", "temperature", "true class", "class", "mean probability");
        HeatMaps maps = new HeatMaps(study);
        for (float temperature : maps.temperatures()) {
            for (int label = 0; label < study.classes(); label++) {
                for (int c = 0; c < study.classes(); c++) {
                    table.row(
                            Table.Cell.of(Cell.number(temperature)),
                            Table.Cell.of(Integer.toString(label)),
                            Table.Cell.of(Integer.toString(c)),
                            Table.Cell.defined(Format.PERCENT, maps.meanSoftLabel(temperature, label, c)));
                }
            }
        }
        return table.build();
    }

    static List<Double> values(Measure measure, List<Study.CellResult> cells) {
        return cells.stream().map(measure::of).flatMap(Optional::stream).toList();
    }

    /** Of a measure in per cent, as shares of 1. */
    private static List<Double> shares(Measure measure, List<Study.CellResult> cells) {
        return values(measure, cells).stream().map(value -> value / 100).toList();
    }

    /** A cell for the mean and one for the deviation, which a single number does not have. */
    static void addSpread(List<Table.Cell> row, Format format, Collection<? extends Number> values) {
        row.add(mean(format, values));
        row.add(
                values == null || values.isEmpty()
                        ? Table.Cell.EMPTY
                        : Table.Cell.defined(format, spread(values).sd()));
    }

    private static Table.Cell mean(Format format, Collection<? extends Number> values) {
        return values == null || values.isEmpty()
                ? Table.Cell.EMPTY
                : Table.Cell.of(format, spread(values).mean());
    }

    static Spread spread(Collection<? extends Number> values) {
        return Spread.of(values.stream().mapToDouble(Number::doubleValue).toArray());
    }
}
