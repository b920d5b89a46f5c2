package retort.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Our score over a peer's at the same spec and thread count.
 *
 * @param error half of an interval, from those of both scores as of independent ones; null if one is not known
 * @param noise whether one of both scores is
 */
record Ratio(String spec, String engine, int threads, String peer, double value, Double error, boolean noise) {
    /** All of a report, in its order. */
    static List<Ratio> of(BenchReport report) {
        List<Ratio> ratios = new ArrayList<>();
        for (BenchReport.Result ours : report.results()) {
            if (ours.ratio() != null) {
                ours.ratio().forEach((peer, value) -> {
                    BenchReport.Result theirs = theirs(report, ours, peer);
                    ratios.add(new Ratio(
                            ours.spec(),
                            ours.engine(),
                            ours.threads(),
                            peer,
                            value,
                            error(value, ours, theirs),
                            ours.noise() || theirs.noise()));
                });
            }
        }
        return ratios;
    }

    private static BenchReport.Result theirs(BenchReport report, BenchReport.Result ours, String peer) {
        return report.results().stream()
                .filter(r -> r.engine().equals(peer) && r.spec().equals(ours.spec()) && r.threads() == ours.threads())
                .findFirst()
                .orElseThrow();
    }

    /** Relative errors of a quotient add up as squares. */
    static Double error(double value, BenchReport.Result one, BenchReport.Result other) {
        return one.error() == null || other.error() == null
                ? null
                : value * Math.hypot(one.error() / one.score(), other.error() / other.score());
    }

    /** Where the interval begins, but not at 0 or below: a quotient of speeds is above. */
    double low() {
        return Math.max(value - error, value / 10);
    }

    double high() {
        return value + error;
    }
}
