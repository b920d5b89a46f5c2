package retort.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Our score over a peer's at the same spec and thread count.
 *
 * @param error half of an interval, from those of both scores as of independent ones; null if one is not known
 */
record Ratio(String spec, String engine, int threads, String peer, double value, Double error) {
    /** All of a report, in its order. */
    static List<Ratio> of(BenchReport report) {
        List<Ratio> ratios = new ArrayList<>();
        for (BenchReport.Result ours : report.results()) {
            if (ours.ratio() != null) {
                ours.ratio()
                        .forEach((peer, value) -> ratios.add(new Ratio(
                                ours.spec(),
                                ours.engine(),
                                ours.threads(),
                                peer,
                                value,
                                error(value, ours, theirs(report, ours, peer)))));
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
    private static Double error(double value, BenchReport.Result ours, BenchReport.Result theirs) {
        return ours.error() == null || theirs.error() == null
                ? null
                : value * Math.hypot(ours.error() / ours.score(), theirs.error() / theirs.score());
    }

    /** Where the interval begins, but not at 0 or below: a quotient of speeds is above. */
    double low() {
        return Math.max(value - error, value / 10);
    }

    double high() {
        return value + error;
    }
}
