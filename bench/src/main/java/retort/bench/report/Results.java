package retort.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.report.JmhFile.Measurement;
import retort.kernels.Engine;
import retort.kernels.simd.SimdProbe;

/** From calls a second to GFLOP/s and GB/s, shares of the peak and ratios to peers. */
public final class Results {
    private static final double TRIAD_BYTES = 12.0 * PeakBenchmark.TRIAD_ELEMENTS;

    private Results() {}

    public static BenchReport report(
            BenchReport.Environment environment,
            List<Measurement> measurements,
            List<BenchReport.Absent> absent,
            List<BenchReport.Failed> failed) {
        List<BenchReport.Peak> peaks = peaks(measurements);
        List<Measurement> kernels =
                measurements.stream().filter(each -> each.spec() != null).toList();
        List<BenchReport.Result> results =
                kernels.stream().map(each -> result(each, kernels, peaks)).toList();
        return new BenchReport(BenchReport.SCHEMA_VERSION, environment, peaks, results, absent, failed);
    }

    private static List<BenchReport.Peak> peaks(List<Measurement> measurements) {
        Map<Integer, double[]> byThreads = new TreeMap<>();
        for (Measurement each : measurements) {
            double[] peak = byThreads.computeIfAbsent(each.threads(), threads -> new double[2]);
            if (each.benchmark().equals("PeakBenchmark.fma")) {
                peak[0] = each.perSecond() * SimdProbe.FMA_FLOPS / 1e9;
            } else if (each.benchmark().equals("PeakBenchmark.triad")) {
                peak[1] = each.perSecond() * TRIAD_BYTES / each.threads() / 1e9;
            }
        }
        List<BenchReport.Peak> peaks = new ArrayList<>();
        byThreads.forEach((threads, peak) -> {
            if (peak[0] > 0 && peak[1] > 0) {
                peaks.add(new BenchReport.Peak(threads, peak[0], peak[1]));
            }
        });
        return peaks;
    }

    private static BenchReport.Result result(Measurement each, List<Measurement> all, List<BenchReport.Peak> peaks) {
        Work work = Work.of(each.spec());
        double score = each.perSecond() * work.giga();
        Double error = Double.isNaN(each.error()) ? null : each.error() * work.giga();
        Double ofPeak = peaks.stream()
                .filter(peak -> peak.threads() == each.threads())
                .map(peak -> score / (work.unit().equals(Work.GFLOPS) ? peak.gflops() : peak.triadGBs()))
                .findFirst()
                .orElse(null);
        Map<String, Double> ratio = isOurs(each.engine()) ? ratios(each, all) : null;
        return new BenchReport.Result(
                each.spec(), each.engine(), each.threads(), score, error, work.unit(), ofPeak, ratio);
    }

    /** Ours over each peer's at the same spec and thread count. */
    private static Map<String, Double> ratios(Measurement ours, List<Measurement> all) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (Measurement other : all) {
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
