package retort.driver.page;

import java.util.ArrayList;
import java.util.List;
import retort.driver.cli.Json;

/**
 * A chart, drawn in the browser by Apache ECharts, and the numbers that it is drawn from, which stand on the page
 * without it.
 *
 * @param note how to read it, may be empty
 * @param marked values of the x axis, or its categories, that are set apart, such as classes that were omitted
 * @param reference a value of the y axis with a line across, such as 1 for ratios; null for none
 * @param lying whether bars or points lie, their categories on the y axis
 * @param numbers shown as a table below
 */
public record Chart(
        String caption,
        String note,
        Axis x,
        Axis y,
        List<Series> series,
        List<Double> marked,
        Double reference,
        boolean lying,
        Table numbers)
        implements Block {

    public static Chart of(String caption, Axis x, Axis y, Table numbers) {
        return new Chart(caption, "", x, y, new ArrayList<>(), new ArrayList<>(), null, false, numbers);
    }

    public Chart note(String other) {
        return new Chart(caption, other, x, y, series, marked, reference, lying, numbers);
    }

    /** From the left to the right, for categories with long names. */
    public Chart asLying() {
        return new Chart(caption, note, x, y, series, marked, reference, true, numbers);
    }

    /** With a line across at a value of the y axis. */
    public Chart reference(double value) {
        return new Chart(caption, note, x, y, series, marked, value, lying, numbers);
    }

    /** With other numbers below it. */
    public Chart with(Table other) {
        return new Chart(caption, note, x, y, series, marked, reference, lying, other);
    }

    public Chart add(Series other) {
        series.add(other);
        return this;
    }

    public Chart mark(double value) {
        marked.add(value);
        return this;
    }

    /** What page.js draws. */
    private record Drawing(Axis x, Axis y, List<Series> series, List<Double> marked, Double reference, boolean lying) {}

    @Override
    public void write(Html html) {
        html.open("figure", "class", "chart").element("figcaption", caption);
        html.open("div", "class", "drawing", "role", "img", "aria-label", caption)
                .close();
        html.raw(
                "script",
                Json.embedded(new Drawing(x, y, series, marked, reference, lying)),
                "type",
                "application/json");
        if (!note.isEmpty()) {
            html.element("p", note, "class", "note");
        }
        Block.details("The numbers", numbers).write(html);
        html.close();
    }
}
