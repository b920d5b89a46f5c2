package retort.driver.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.driver.page.Axis;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;

/**
 * The cells of a study that agree in all but two factors and the seed.
 *
 * @param group what they agree in, as far as others differ in it; empty if nothing
 * @param across the factor with the most values in the study
 * @param up the one with the most values after it
 */
record Panel(String group, Factor across, Factor up, List<Study.CellResult> cells) {
    /** Series that a chart has room for. */
    private static final int MOST_SERIES = 8;

    /** All of a study; cells that differ in neither factor make none. */
    static List<Panel> of(Study study) {
        List<Factor> factors = Factor.of(study.cells()).stream()
                .sorted(Comparator.comparing(
                        factor -> -factor.values(study.cells()).size()))
                .toList();
        List<Factor> others = factors.subList(2, factors.size()).stream()
                .filter(factor -> factor.values(study.cells()).size() > 1)
                .toList();
        Map<String, List<Study.CellResult>> groups = study.cells().stream()
                .collect(Collectors.groupingBy(
                        cell -> others.stream()
                                .map(factor -> factor.title() + " " + factor.of(cell))
                                .collect(Collectors.joining(", ")),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<Panel> panels = new ArrayList<>();
        groups.forEach((group, cells) -> panels.add(new Panel(group, factors.get(0), factors.get(1), cells)));
        return panels.stream().filter(panel -> panel.places() > 1).toList();
    }

    private long places() {
        return cells.stream()
                .map(cell -> across.of(cell) + " " + up.of(cell))
                .distinct()
                .count();
    }

    List<String> columns() {
        return across.values(cells);
    }

    List<String> rows() {
        return up.values(cells);
    }

    boolean has(Measure measure) {
        return cells.stream().anyMatch(cell -> measure.of(cell).isPresent());
    }

    String caption(Measure measure) {
        String title = measure.title().substring(0, 1).toUpperCase(Locale.ROOT)
                + measure.title().substring(1);
        return title + (group.isEmpty() ? "" : " (" + group + ")");
    }

    /** A measure of all cells at one place, one number a seed. */
    double[] at(Measure measure, String column, String row) {
        return cells.stream()
                .filter(cell -> across.of(cell).equals(column) && up.of(cell).equals(row))
                .flatMap(cell -> measure.of(cell).stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    /** Means and standard deviations over the seeds; nothing where it would have too many series to tell apart. */
    Optional<Chart> chart(Measure measure) {
        if (across.isOfPair() || up.isOfPair() || rows().size() > MOST_SERIES || !has(measure)) {
            return Optional.empty();
        }
        Axis x = across.isNumeric()
                ? Axis.of(across.title(), Format.NUMBER).logarithmic()
                : Axis.categories(across.title(), columns());
        Axis y = Axis.of(measure.title(), Format.NUMBER);
        Table.Builder numbers = Table.of("", across.title(), up.title(), "mean", "standard deviation", "seeds");
        Series.Kind kind = across.isNumeric() ? Series.Kind.LINE : Series.Kind.POINTS;
        boolean logarithmic = measure.isErrors()
                && cells.stream().flatMap(cell -> measure.of(cell).stream()).allMatch(value -> value >= 1);
        Chart chart = Chart.of(
                caption(measure) + " by " + across.title(), x, logarithmic ? y.logarithmic() : y, numbers.build());
        for (int r = 0; r < rows().size(); r++) {
            String row = rows().get(r);
            Series series = Series.of(up.title() + " " + row, kind, r + 1);
            for (int c = 0; c < columns().size(); c++) {
                String column = columns().get(c);
                double[] values = at(measure, column, row);
                if (values.length > 0) {
                    Spread spread = Spread.of(values);
                    double at = across.isNumeric() ? Double.parseDouble(column) : c;
                    spread.addTo(series, at, logarithmic ? 1 : Double.NEGATIVE_INFINITY);
                    numbers.row(
                            Table.Cell.of(column),
                            Table.Cell.of(row),
                            Table.Cell.of(Format.NUMBER, spread.mean()),
                            Table.Cell.defined(Format.NUMBER, spread.sd()),
                            Table.Cell.of(Format.COUNT, values.length));
                }
            }
            chart.add(series);
        }
        Chart whole = chart.with(numbers.build());
        return Optional.of(across.isNumeric() ? whole : whole.asLying());
    }
}
