package retort.bench.performance;

import java.util.List;
import java.util.Locale;

/**
 * A quantity over several rounds.
 *
 * @param rounds how many there are
 */
record Spread(double median, double low, double high, int rounds) {
    /** Half of the range over the median: beyond it a figure is noise, and judged neither met nor missed. */
    private static final double MOST = 0.1;

    /** @param values at least one */
    static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast(), sorted.size());
    }

    boolean isNoise() {
        return (high - low) / 2 > MOST * median;
    }

    /** For example {@code 1.43 (1.38 to 1.47)}; of one round, the value alone. */
    String text() {
        return rounds == 1
                ? String.format(Locale.ROOT, "%.2f", median)
                : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, low, high);
    }
}
