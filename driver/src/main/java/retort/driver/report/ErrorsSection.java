package retort.driver.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import retort.driver.page.Axis;
import retort.driver.page.Block;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.HeatMap;
import retort.driver.page.Series;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;

/** Which classes are named right, which are taken for which, and how sure of it the models are. */
record ErrorsSection(Report report, ModelColours colours) {
    private static final String CORRECTED = ", corrected";

    /** Of more a map can't be read, and a page would be of many megabytes. */
    private static final int MOST_CLASSES = 40;

    /** Recall per class, then a heat map for each model. */
    List<Block> blocks() {
        if (Tables.tested(report).isEmpty()) {
            return List.of();
        }
        if (classes() > MOST_CLASSES) {
            List<Block> tables = new ArrayList<>();
            Tables.tested(report)
                    .forEach(tested ->
                            tables.add(Tables.confusions(report, tested.test(), MOST_CLASSES, tested.name())));
            return List.of(recall(), Block.row(tables));
        }
        List<Block> maps = new ArrayList<>();
        Tables.tested(report).forEach(tested -> maps.add(heatMap(tested.name(), tested.test())));
        Finding.of(report)
                .filter(Finding::isCorrected)
                .ifPresent(found -> maps.add(heatMap(found.student().name() + CORRECTED, found.test())));
        return List.of(
                recall(),
                Block.row(maps),
                Block.note("Confusion matrices: a row for each true class, a column for each predicted one, counts of "
                        + "test images. Blue is what is right, orange what is not, on a scale of square roots so that "
                        + "few errors can be seen too; the share stands where the pointer rests."));
    }

    private Chart recall() {
        List<String> digits = digits();
        Table.Builder numbers = Table.of("", header(digits));
        Axis share = Axis.of("recall", Format.PERCENT).within(0, 1);
        Chart chart = Chart.of("Recall of each class", Axis.categories("class", digits), share, numbers.build());
        Set<Integer> omitted = new TreeSet<>();
        for (Tables.Tested tested : Tables.tested(report)) {
            add(
                    tested.name(),
                    tested.test(),
                    Series.of(tested.name(), Series.Kind.POINTS, colours.of(tested.name())),
                    chart,
                    numbers);
        }
        if (report.students() != null) {
            for (Report.Student student : report.students()) {
                omitted.addAll(student.omitted());
                student.corrected().ifPresent(corrected -> {
                    String name = student.name() + CORRECTED;
                    Series series = Series.of(name, Series.Kind.POINTS, colours.of(student.name()))
                            .asFaint();
                    add(name, corrected.test(), series, chart, numbers);
                });
            }
        }
        List<Integer> shown = shown();
        omitted.stream().filter(shown::contains).map(shown::indexOf).forEach(chart::mark);
        Chart whole = chart.with(numbers.build());
        return omitted.isEmpty()
                ? whole
                : whole.note(
                        "The band marks what students never saw. Rings are after a bias was added that no label was"
                                + " read for.");
    }

    private void add(String name, Report.Test test, Series series, Chart chart, Table.Builder numbers) {
        List<Cell> row = new ArrayList<>(List.of(Cell.of(name)));
        List<Integer> shown = shown();
        for (int place = 0; place < shown.size(); place++) {
            Double share = test.recall()[shown.get(place)];
            if (share != null) {
                series.add(place, share);
            }
            row.add(Cell.defined(Format.PERCENT, share));
        }
        chart.add(series);
        numbers.row(row);
    }

    private static String[] header(List<String> digits) {
        List<String> header = new ArrayList<>(List.of("model"));
        header.addAll(digits);
        return header.toArray(String[]::new);
    }

    private List<String> digits() {
        return shown().stream().map(report::className).toList();
    }

    private int classes() {
        return Tables.tested(report).getFirst().test().confusion().length;
    }

    /** All classes; of many those that the last model knows least of. */
    private List<Integer> shown() {
        Double[] recall = Tables.tested(report).getLast().test().recall();
        return IntStream.range(0, classes())
                .boxed()
                .sorted(Comparator.comparing(c -> recall[c] == null ? 1 : recall[c]))
                .limit(MOST_CLASSES)
                .sorted()
                .toList();
    }

    private HeatMap heatMap(String name, Report.Test test) {
        List<List<HeatMap.Cell>> cells = new ArrayList<>();
        for (int actual = 0; actual < test.confusion().length; actual++) {
            List<HeatMap.Cell> row = new ArrayList<>();
            int images = test.images(Set.of(actual));
            for (int predicted = 0; predicted < test.confusion().length; predicted++) {
                row.add(cell(actual, predicted, test.confusion()[actual][predicted], images));
            }
            cells.add(row);
        }
        return new HeatMap(
                String.format(Locale.ROOT, "%s: %,d errors of %,d", name, test.errors(), test.images()),
                "true",
                digits(),
                "predicted",
                digits(),
                cells);
    }

    private HeatMap.Cell cell(int actual, int predicted, int count, int images) {
        if (images == 0) {
            return new HeatMap.Cell("-", "no image is of " + report.className(actual), 0, HeatMap.Hue.FIRST);
        }
        double share = count / (double) images;
        String tip = String.format(
                Locale.ROOT,
                "%s taken for %s: %,d of %,d (%.2f %%)",
                report.className(actual),
                report.className(predicted),
                count,
                images,
                100 * share);
        String text = count == 0 ? "" : Integer.toString(count);
        return actual == predicted
                ? new HeatMap.Cell(text, tip, 0.85 * share, HeatMap.Hue.FIRST)
                : new HeatMap.Cell(text, tip, Math.sqrt(share), HeatMap.Hue.SECOND);
    }

    /** How often predictions of like confidence are right. */
    List<Block> calibration() {
        List<Tables.Tested> all = Tables.tested(report);
        if (all.isEmpty()) {
            return List.of();
        }
        Axis share = Axis.of("confidence", Format.PERCENT).within(0, 1);
        Chart chart = Chart.of(
                "Confidence against accuracy",
                share,
                Axis.of("accuracy", Format.PERCENT).within(0, 1),
                Tables.calibration(report));
        chart.add(Series.of("as right as it is sure", Series.Kind.LINE, 0)
                .asFaint()
                .add(0, 0)
                .add(1, 1));
        Table.Builder errors = Table.of("", "model", "calibration error", "negative log-likelihood");
        for (Tables.Tested tested : all) {
            Series series = Series.of(tested.name(), Series.Kind.LINE, colours.of(tested.name()));
            for (Report.Bin bin : tested.test().calibration()) {
                series.add(bin.confidence(), bin.accuracy());
            }
            chart.add(series);
            errors.row(
                    Cell.of(tested.name()),
                    Cell.of(Format.NUMBER, tested.test().calibrationError()),
                    Cell.of(Format.NUMBER, tested.test().negativeLogLikelihood()));
        }
        return List.of(Block.row(List.of(chart, errors.build())));
    }
}
