package retort.driver.study;

import java.util.Arrays;
import retort.driver.page.Series;

/** Mean and standard deviation of a sample; the deviation of a single number is null: it has none. */
record Spread(double mean, Double sd) {
    static Spread of(double... values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new Spread(mean, values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)));
    }

    /**
     * A point at the mean, with a line over one deviation either way where there is any.
     *
     * @param least where the line ends at the latest
     */
    void addTo(Series series, double x, double least) {
        if (sd == null || sd == 0) {
            series.add(x, mean);
        } else {
            series.add(x, mean, Math.max(least, mean - sd), mean + sd);
        }
    }
}
