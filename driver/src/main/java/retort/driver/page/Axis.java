package retort.driver.page;

import java.util.List;

/**
 * An axis of a chart.
 *
 * @param name with the unit
 * @param categories that stand at 0, 1, ...; null for numbers
 * @param format of its numbers; null for categories
 * @param from where it begins; null for where the numbers do
 * @param to where it ends; null for where the numbers do
 */
public record Axis(String name, List<String> categories, Format format, boolean log, Double from, Double to) {
    public static Axis of(String name, Format format) {
        return new Axis(name, null, format, false, null, null);
    }

    public static Axis categories(String name, List<String> categories) {
        return new Axis(name, List.copyOf(categories), null, false, null, null);
    }

    public Axis logarithmic() {
        return new Axis(name, categories, format, true, from, to);
    }

    public Axis from(double first) {
        return new Axis(name, categories, format, log, first, to);
    }

    public Axis within(double first, double last) {
        return new Axis(name, categories, format, log, first, last);
    }
}
