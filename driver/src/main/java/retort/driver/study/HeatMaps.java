package retort.driver.study;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import retort.driver.data.ClassNames;
import retort.driver.page.HeatMap;

/** Heat maps: of each measure one for each panel, of means over the seeds; and what teachers say of each class. */
record HeatMaps(Study study) {
    /** Of more classes a map can't be read; all their numbers are in the CSV. */
    private static final int MOST_CLASSES = 40;

    private static final double PALEST = 0.08;
    private static final double DEEPEST = 0.85;

    /** One measure, all maps on one scale. */
    List<HeatMap> of(Measure measure) {
        List<Panel> panels =
                Panel.of(study).stream().filter(panel -> panel.has(measure)).toList();
        DoubleSummaryStatistics all = panels.stream()
                .flatMap(panel -> panel.columns().stream()
                        .flatMap(column -> panel.rows().stream().map(row -> panel.at(measure, column, row))))
                .filter(values -> values.length > 0)
                .mapToDouble(values -> scaled(measure, Spread.of(values).mean()))
                .summaryStatistics();
        return panels.stream().map(panel -> map(panel, measure, all)).toList();
    }

    private static HeatMap map(Panel panel, Measure measure, DoubleSummaryStatistics all) {
        List<List<HeatMap.Cell>> cells = new ArrayList<>();
        for (String row : panel.rows()) {
            List<HeatMap.Cell> line = new ArrayList<>();
            for (String column : panel.columns()) {
                double[] values = panel.at(measure, column, row);
                String place = panel.across().title() + " " + column + ", "
                        + panel.up().title() + " " + row;
                line.add(
                        values.length == 0
                                ? new HeatMap.Cell("", place + ": not made, or not defined", 0, HeatMap.Hue.FIRST)
                                : cell(measure, place, values, all));
            }
            cells.add(line);
        }
        return new HeatMap(
                panel.caption(measure),
                panel.up().title(),
                panel.rows(),
                panel.across().title(),
                panel.columns(),
                cells);
    }

    private static HeatMap.Cell cell(Measure measure, String place, double[] values, DoubleSummaryStatistics all) {
        Spread spread = Spread.of(values);
        double range = all.getMax() - all.getMin();
        double share = range == 0 ? 0 : (scaled(measure, spread.mean()) - all.getMin()) / range;
        String text = measure.text(spread.mean());
        String tip = values.length == 1
                ? place + ": " + text
                : String.format(Locale.ROOT, "%s: %s ± %.4g, %d seeds", place, text, spread.sd(), values.length);
        HeatMap.Hue hue = measure.isRecall() ? HeatMap.Hue.FIRST : HeatMap.Hue.SECOND;
        return new HeatMap.Cell(text, tip, PALEST + (DEEPEST - PALEST) * share, hue);
    }

    private static double scaled(Measure measure, double value) {
        return measure.isErrors() ? Math.log(Math.max(1, value)) : value;
    }

    /** The mean over the teachers, a map for each temperature: how their soft labels of other classes carry one. */
    List<HeatMap> softLabels() {
        int count = study.classes();
        if (count > MOST_CLASSES) {
            return List.of();
        }
        List<String> classes = ClassNames.numbers(count);
        List<HeatMap> maps = new ArrayList<>();
        for (float temperature : temperatures()) {
            List<List<HeatMap.Cell>> cells = new ArrayList<>();
            for (int label = 0; label < count; label++) {
                List<HeatMap.Cell> row = new ArrayList<>();
                for (int c = 0; c < count; c++) {
                    row.add(softLabel(label, c, meanSoftLabel(temperature, label, c)));
                }
                cells.add(row);
            }
            String caption = "Mean probability in % that the teacher gives each class, T = " + Cell.number(temperature);
            maps.add(new HeatMap(caption, "true", classes, "class", classes, cells));
        }
        return maps;
    }

    /** In order. */
    List<Float> temperatures() {
        return study.teachers().stream()
                .flatMap(teacher -> teacher.softLabels().stream())
                .map(Study.SoftLabels::temperature)
                .distinct()
                .sorted()
                .toList();
    }

    private static HeatMap.Cell softLabel(int label, int c, Double mean) {
        if (mean == null) {
            return new HeatMap.Cell("-", "no training image is of " + label, 0, HeatMap.Hue.FIRST);
        }
        String tip = String.format(Locale.ROOT, "class %d to images of %d: %.3f %%", c, label, 100 * mean);
        String text = mean < 0.0005 ? "" : String.format(Locale.ROOT, "%.1f", 100 * mean);
        return label == c
                ? new HeatMap.Cell(text, tip, DEEPEST * mean, HeatMap.Hue.FIRST)
                : new HeatMap.Cell(text, tip, Math.sqrt(mean), HeatMap.Hue.SECOND);
    }

    /** Null for a class without training images. */
    Double meanSoftLabel(float temperature, int label, int c) {
        return study.teachers().stream()
                .flatMap(teacher -> teacher.softLabels().stream())
                .filter(soft -> soft.temperature() == temperature)
                .map(soft -> soft.mean().get(label))
                .filter(Objects::nonNull)
                .map(row -> row.get(c))
                .collect(Collectors.collectingAndThen(
                        Collectors.toList(),
                        found -> found.isEmpty()
                                ? null
                                : StudyTables.spread(found).mean()));
    }
}
