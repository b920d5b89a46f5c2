package retort.bench.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.report.JmhFile.Measurement;
import retort.kernels.Engine;
import retort.kernels.Probe;

/** From calls a second to GFLOP/s and GB/s, shares of the peak and ratios to peers. */
public final class Results {
    private static final double TRIAD_BYTES = 12.0 * PeakBenchmark.TRIAD_ELEMENTS;
    private static final double UPDATE_BYTES = 28.0 * PeakBenchmark.UPDATE_ELEMENTS;

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
        return new BenchReport(
                BenchReport.SCHEMA_VERSION,
                environment,
                peaks,
                results,
                Targets.reached(Targets.bundled(), results),
                absent,
                failed);
    }

    private static List<BenchReport.Peak> peaks(List<Measurement> measurements) {
        Map<Integer, Map<String, Double>> byThreads = new TreeMap<>();
        for (Measurement each : measurements) {
            Map<String, Double> peak = byThreads.computeIfAbsent(each.threads(), threads -> new HashMap<>());
            double calls = each.perSecond() / 1e9;
            switch (each.benchmark()) {
                case "PeakBenchmark.fma" -> peak.put("fma", calls * Probe.FMA_FLOPS);
                case "PeakBenchmark.triad" -> peak.put("triad", calls * TRIAD_BYTES / each.threads());
                case "PeakBenchmark.update" -> peak.put("update", calls * UPDATE_BYTES / each.threads());
                default -> {
                    // A kernel.
                }
            }
        }
        List<BenchReport.Peak> peaks = new ArrayList<>();
        byThreads.forEach((threads, peak) -> {
            if (peak.containsKey("fma") && peak.containsKey("triad")) {
                peaks.add(new BenchReport.Peak(threads, peak.get("fma"), peak.get("triad"), peak.get("update")));
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
                .map(peak -> roof(peak, work.roof()))
                .filter(Objects::nonNull)
                .map(roof -> score / roof)
                .findFirst()
                .orElse(null);
        Map<String, Double> ratio = isOurs(each.engine()) ? ratios(each, all) : null;
        return new BenchReport.Result(
                each.spec(),
                each.engine(),
                each.threads(),
                score,
                error,
                work.unit(),
                ofPeak,
                overOneThread(each, all),
                ratio);
    }

    private static Double roof(BenchReport.Peak peak, Work.Roof roof) {
        return switch (roof) {
            case FMA -> peak.gflops();
            case TRIAD -> peak.triadGBs();
            case UPDATE -> peak.updateGBs();
        };
    }

    private static Double overOneThread(Measurement ours, List<Measurement> all) {
        if (!isOurs(ours.engine()) || ours.threads() == 1) {
            return null;
        }
        return all.stream()
                .filter(other -> other.spec().equals(ours.spec())
                        && other.engine().equals(ours.engine())
                        && other.threads() == 1)
                .map(alone -> ours.perSecond() / alone.perSecond())
                .findFirst()
                .orElse(null);
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
