package retort.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import retort.bench.report.JmhFile.Measurement;

/**
 * The JVMs that a contender was timed in, one after the other. The compiler does not make the same of a kernel in each:
 * where one runs at another speed than its siblings, their mean is a speed that none of them had.
 */
final class Forks {
    /** Of two means the larger over the smaller. */
    private static final double FAR = 1.1;

    private Forks() {}

    static double mean(List<Double> iterations) {
        return iterations.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /**
     * Those that are more than a tenth faster or slower than their siblings' mean, no iteration of them within the
     * siblings' range. Of two it is the slower one that is named: which is odd can't be told, but that is the one to
     * look at.
     */
    static List<BenchReport.OddFork> odd(Measurement each, Work work) {
        List<BenchReport.OddFork> odd = new ArrayList<>();
        for (int fork = 0; fork < each.forks().size(); fork++) {
            List<Double> own = each.forks().get(fork);
            List<Double> siblings = siblings(each.forks(), fork);
            if (!siblings.isEmpty() && isFar(own, siblings)) {
                odd.add(new BenchReport.OddFork(
                        each.spec(),
                        each.engine(),
                        each.threads(),
                        fork + 1,
                        mean(own) * work.giga(),
                        mean(siblings) * work.giga(),
                        work.unit()));
            }
        }
        return each.forks().size() > 2
                ? odd
                : odd.stream()
                        .sorted(Comparator.comparingDouble(BenchReport.OddFork::score))
                        .limit(1)
                        .toList();
    }

    private static List<Double> siblings(List<List<Double>> forks, int fork) {
        return IntStream.range(0, forks.size())
                .filter(other -> other != fork)
                .mapToObj(forks::get)
                .flatMap(List::stream)
                .toList();
    }

    private static boolean isFar(List<Double> own, List<Double> siblings) {
        boolean apart =
                Collections.min(own) > Collections.max(siblings) || Collections.max(own) < Collections.min(siblings);
        double larger = Math.max(mean(own), mean(siblings));
        return apart && larger > FAR * Math.min(mean(own), mean(siblings));
    }
}
