package retort.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.bench.report.JmhFile.Measurement;
import retort.kernels.Engine;

/** From calls a second to GFLOP/s and GB/s, shares of the peak and ratios to peers. */
public final class Results {
    /** A figure whose error is a larger share of it is noise. */
    private static final double NOISE = 0.1;

    private final List<Measurement> kernels;
    private final Roofs roofs;
    private final Allocated allocated;

    private Results(List<Measurement> measurements, Roofs roofs) {
        kernels = roofs.kernels();
        this.roofs = roofs;
        allocated = new Allocated(measurements);
    }

    public static BenchReport report(
            BenchReport.Environment environment,
            List<Measurement> measurements,
            List<BenchReport.Absent> absent,
            List<BenchReport.Failed> failed) {
        Roofs roofs = Roofs.of(measurements, environment.elsewhere());
        Results all = new Results(measurements, roofs);
        List<BenchReport.Result> results = all.kernels.stream().map(all::result).toList();
        return new BenchReport(
                BenchReport.SCHEMA_VERSION,
                environment,
                roofs.first(),
                roofs.again(),
                results,
                all.kernels.stream()
                        .flatMap(each -> Forks.odd(each, Work.of(each.spec())).stream())
                        .toList(),
                Targets.reached(Targets.bundled(), results, roofs),
                null,
                absent,
                failed);
    }

    private BenchReport.Result result(Measurement each) {
        Work work = Work.of(each.spec());
        double score = each.perSecond() * work.giga();
        Double error = Double.isNaN(each.error()) ? null : each.error() * work.giga();
        return new BenchReport.Result(
                each.spec(),
                each.engine(),
                each.threads(),
                score,
                error,
                work.unit(),
                isNoise(score, error),
                roofs.over(work, each.engine(), each.threads())
                        .map(peak -> score / peak.value())
                        .orElse(null),
                overOneThread(each),
                allocated.bytesPerCall(each),
                each.forks().stream()
                        .map(fork -> Forks.mean(fork) * work.giga())
                        .toList(),
                isOurs(each.engine()) ? ratios(each) : null);
    }

    /** An error that is not known is none that is too large. */
    static boolean isNoise(double value, Double error) {
        return error != null && error > NOISE * Math.abs(value);
    }

    private Double overOneThread(Measurement ours) {
        if (!isOurs(ours.engine()) || ours.threads() == 1) {
            return null;
        }
        return kernels.stream()
                .filter(other -> other.spec().equals(ours.spec())
                        && other.engine().equals(ours.engine())
                        && other.threads() == 1)
                .map(alone -> ours.perSecond() / alone.perSecond())
                .findFirst()
                .orElse(null);
    }

    /** Ours over each peer's at the same spec and thread count. */
    private Map<String, Double> ratios(Measurement ours) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (Measurement other : kernels) {
            if (!isOurs(other.engine()) && other.spec().equals(ours.spec()) && other.threads() == ours.threads()) {
                ratios.put(other.engine(), ours.perSecond() / other.perSecond());
            }
        }
        return ratios;
    }

    static boolean isOurs(String engine) {
        return Engine.byId(engine).isPresent();
    }
}
