package retort.driver.page;

import java.util.ArrayList;
import java.util.List;

/**
 * Points of a chart that belong together.
 *
 * @param colour number of a colour of the page, from 0 on: what has the same number looks the same in all charts
 * @param points of x and y, or of x, y, low and high where a value has a spread
 * @param labels for each point, shown where the pointer rests; null for none
 * @param faint drawn with less weight: dashed lines, lighter bars
 */
public record Series(String name, Kind kind, int colour, List<double[]> points, List<String> labels, boolean faint) {
    /** How points are drawn. */
    public enum Kind {
        LINE,
        POINTS,
        BARS
    }

    public static Series of(String name, Kind kind, int colour) {
        return new Series(name, kind, colour, new ArrayList<>(), null, false);
    }

    public Series asFaint() {
        return new Series(name, kind, colour, points, labels, true);
    }

    public Series labelled(List<String> other) {
        return new Series(name, kind, colour, points, List.copyOf(other), faint);
    }

    public Series add(double x, double y) {
        points.add(new double[] {x, y});
        return this;
    }

    /** A value with its spread. */
    public Series add(double x, double y, double low, double high) {
        points.add(new double[] {x, y, low, high});
        return this;
    }
}
