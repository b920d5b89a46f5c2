package retort.driver.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Probabilities of several tests, raised so that the chance of one or more false alarms among all of them together
 * stays below the level that each is then held against: of m in order, the k-th smallest becomes the largest of (m - j
 * + 1) p_j over j up to k, at most 1. Source: Holm 1979.
 */
public final class Holm {
    /** Below it a difference is said to be one. */
    public static final double LEVEL = 0.05;

    private Holm() {}

    /** In the order in which they are given. */
    public static List<Double> adjusted(List<Double> p) {
        List<Integer> order = IntStream.range(0, p.size())
                .boxed()
                .sorted(Comparator.comparing(p::get))
                .toList();
        Double[] adjusted = new Double[p.size()];
        double largest = 0;
        for (int k = 0; k < order.size(); k++) {
            largest = Math.max(largest, Math.min(1, (order.size() - k) * p.get(order.get(k))));
            adjusted[order.get(k)] = largest;
        }
        return List.of(adjusted);
    }
}
