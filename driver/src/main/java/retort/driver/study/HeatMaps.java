package retort.driver.study;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.Styler;
import retort.driver.data.ImageSet;

/**
 * Pictures of a study: for each measure a map over the two axes with the most values, a picture for each combination of
 * the others; means over the seeds. And what teachers say of each class.
 */
public final class HeatMaps {
    private static final int CELL_WIDTH = 90;
    private static final int CELL_HEIGHT = 46;
    private static final int MARGIN_WIDTH = 260;
    private static final int MARGIN_HEIGHT = 150;

    /** From little to much, of even steps in lightness. Source: ColorBrewer, Blues. */
    private static final Color[] COLOURS = {
        new Color(0xF7FBFF), new Color(0xC6DBEF), new Color(0x9ECAE1), new Color(0x6BAED6), new Color(0x4292C6)
    };

    private static final DecimalFormatSymbols NUMBERS = DecimalFormatSymbols.getInstance(Locale.ROOT);

    private HeatMaps() {}

    /** Every picture as SVG, by the name of its file. */
    public static Map<String, String> svgs(Study study) {
        Map<String, String> pictures = new LinkedHashMap<>();
        List<Axis> axes = Axis.of(study.cells()).stream()
                .sorted(Comparator.comparing(axis -> -axis.values(study.cells()).size()))
                .toList();
        List<Axis> others = axes.subList(2, axes.size());
        Map<String, List<Study.CellResult>> groups = study.cells().stream()
                .collect(Collectors.groupingBy(
                        cell -> others.stream()
                                .filter(axis -> axis.values(study.cells()).size() > 1)
                                .map(axis -> axis.title() + " " + axis.of(cell))
                                .collect(Collectors.joining(", ")),
                        LinkedHashMap::new,
                        Collectors.toList()));
        groups.forEach((group, cells) -> {
            if (places(axes, cells) > 1) {
                pictures.putAll(maps(group, axes.get(0), axes.get(1), cells));
            }
        });
        pictures.putAll(softLabels(study));
        return pictures;
    }

    /** Places on a map that these cells are at; a map of one place says nothing. */
    private static long places(List<Axis> axes, List<Study.CellResult> cells) {
        return cells.stream()
                .map(cell -> axes.get(0).of(cell) + " " + axes.get(1).of(cell))
                .distinct()
                .count();
    }

    private static Map<String, String> maps(String group, Axis across, Axis up, List<Study.CellResult> cells) {
        Map<String, String> pictures = new LinkedHashMap<>();
        String suffix = group.isEmpty() ? "" : "-" + group.replace(", ", "-").replace(" ", "");
        for (Measure measure : Measure.values()) {
            if (cells.stream().anyMatch(cell -> measure.of(cell).isPresent())) {
                String title = measure.title() + (group.isEmpty() ? "" : " (" + group + ")");
                pictures.put("map-" + measure.id() + suffix + ".svg", map(measure, title, across, up, cells));
            }
        }
        return pictures;
    }

    private static String map(Measure measure, String title, Axis across, Axis up, List<Study.CellResult> cells) {
        List<String> columns = across.values(cells);
        List<String> rows = up.values(cells);
        HeatMapChart chart = chart(title, across.title(), up.title(), columns.size(), rows.size(), measure.pattern());
        return drawn(chart, columns, rows, means(measure, across, up, cells));
    }

    /** For each place where there are cells its column, its row, and the mean over them. */
    static List<Number[]> means(Measure measure, Axis across, Axis up, List<Study.CellResult> cells) {
        List<Number[]> means = new ArrayList<>();
        List<String> columns = across.values(cells);
        List<String> rows = up.values(cells);
        for (int x = 0; x < columns.size(); x++) {
            for (int y = 0; y < rows.size(); y++) {
                String column = columns.get(x);
                String row = rows.get(y);
                double[] found = cells.stream()
                        .filter(cell ->
                                across.of(cell).equals(column) && up.of(cell).equals(row))
                        .flatMap(cell -> measure.of(cell).stream())
                        .mapToDouble(Double::doubleValue)
                        .toArray();
                if (found.length > 0) {
                    means.add(new Number[] {x, y, rounded(Spread.of(found).mean())});
                }
            }
        }
        return means;
    }

    /** The mean over the teachers, a map for each temperature: how their soft labels of other classes carry one. */
    private static Map<String, String> softLabels(Study study) {
        Map<String, String> pictures = new LinkedHashMap<>();
        List<Float> temperatures = study.teachers().stream()
                .flatMap(teacher -> teacher.softLabels().stream())
                .map(Study.SoftLabels::temperature)
                .distinct()
                .sorted()
                .toList();
        List<String> classes =
                IntStream.range(0, ImageSet.CLASSES).mapToObj(Integer::toString).toList();
        for (float temperature : temperatures) {
            List<Number[]> values = new ArrayList<>();
            for (int label = 0; label < ImageSet.CLASSES; label++) {
                for (int c = 0; c < ImageSet.CLASSES; c++) {
                    values.add(new Number[] {c, label, rounded(100 * meanSoftLabel(study, temperature, label, c))});
                }
            }
            String at = Cell.number(temperature);
            HeatMapChart chart = chart(
                    "mean probability that the teacher gives a class at T = " + at + ", %",
                    "class",
                    "true class",
                    classes.size(),
                    classes.size(),
                    "0.00");
            pictures.put("teacher-soft-labels-T" + at + ".svg", drawn(chart, classes, classes, values));
        }
        return pictures;
    }

    private static double meanSoftLabel(Study study, float temperature, int label, int c) {
        return study.teachers().stream()
                .flatMap(teacher -> teacher.softLabels().stream())
                .filter(soft -> soft.temperature() == temperature)
                .mapToDouble(soft -> soft.mean().get(label).get(c))
                .average()
                .orElseThrow();
    }

    private static HeatMapChart chart(String title, String x, String y, int columns, int rows, String pattern) {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(MARGIN_WIDTH + columns * CELL_WIDTH)
                .height(MARGIN_HEIGHT + rows * CELL_HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setRangeColors(COLOURS);
        chart.getStyler().setShowValue(true);
        chart.getStyler().setHeatMapValueDecimalPattern(pattern);
        chart.getStyler().setHeatMapDecimalValueFormatter(new DecimalFormat(pattern, NUMBERS)::format);
        // This one is for both axes; without it every other label is left out.
        chart.getStyler().setXAxisMaxLabelCount(Math.max(columns, rows));
        return chart;
    }

    /** The legend writes its ends with all their digits. */
    private static double rounded(double value) {
        return Math.rint(value * 1000) / 1000;
    }

    private static String drawn(HeatMapChart chart, List<String> columns, List<String> rows, List<Number[]> values) {
        chart.addSeries("values", columns, rows, values);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ChartEncoder.saveChart(chart, out, "svg");
        } catch (IOException e) {
            throw new UncheckedIOException("a heat map can't be drawn", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
