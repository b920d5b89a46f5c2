package retort.driver.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import retort.driver.cli.Bytes;
import retort.driver.report.Report;
import retort.kernels.DeviceCounters;
import retort.kernels.Peaks;
import retort.kernels.ProfiledBackend.Cost;

/** Where the time of a job went, as a table. */
final class Profile {
    private Profile() {}

    /**
     * A line for each operation that took a thousandth of the time or more, the most expensive first.
     *
     * @param peaks to tell what bounds an operation: arithmetic or memory, whichever it uses more of; none if not known
     */
    static List<String> lines(List<Cost> costs, Optional<Peaks> peaks) {
        double total = costs.stream().mapToDouble(Cost::nanos).sum();
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%-52s %8s %10s %7s %9s %8s", "PROFILE", "calls", "ms/call", "share", "GFLOP/s", "GB/s")
                + (peaks.isPresent() ? "  of peak" : ""));
        for (Cost cost : costs) {
            if (cost.nanos() > 0 && cost.nanos() >= total / 1000) {
                lines.add(String.format(
                                Locale.ROOT,
                                "%-52s %,8d %10.3f %5.1f %% %9.1f %8.1f",
                                cost.operation(),
                                cost.calls(),
                                cost.nanos() / 1e6 / cost.calls(),
                                100 * cost.nanos() / total,
                                gflops(cost),
                                gbs(cost))
                        + peaks.map(peak -> ofPeak(cost, peak)).orElse(""));
            }
        }
        peaks.ifPresent(peak -> lines.add(String.format(
                Locale.ROOT,
                "peaks measured beforehand: %.1f GFLOP/s (fma: multiply-adds on registers), %.1f GB/s (memory)",
                peak.gflops(),
                peak.memoryGBs())));
        return lines;
    }

    /** The same operations for the report. */
    static Report.Profile report(List<Cost> costs, Optional<Peaks> peaks) {
        double total = costs.stream().mapToDouble(Cost::nanos).sum();
        return new Report.Profile(
                peaks.map(Peaks::gflops).orElse(null),
                peaks.map(Peaks::memoryGBs).orElse(null),
                costs.stream()
                        .filter(cost -> cost.nanos() > 0 && cost.nanos() >= total / 1000)
                        .map(cost -> operation(cost, total, peaks))
                        .toList());
    }

    private static Report.Operation operation(Cost cost, double total, Optional<Peaks> peaks) {
        double arithmetic = peaks.map(peak -> gflops(cost) / peak.gflops()).orElse(0.0);
        double memory = peaks.map(peak -> gbs(cost) / peak.memoryGBs()).orElse(0.0);
        return new Report.Operation(
                cost.operation(),
                cost.calls(),
                cost.nanos() / 1e6,
                cost.nanos() / total,
                gflops(cost),
                gbs(cost),
                peaks.isPresent() ? Math.max(arithmetic, memory) : null,
                peaks.isPresent() ? arithmetic > memory ? "fma" : "memory" : null);
    }

    private static String ofPeak(Cost cost, Peaks peak) {
        double arithmetic = gflops(cost) / peak.gflops();
        double memory = gbs(cost) / peak.memoryGBs();
        return String.format(
                Locale.ROOT,
                "   %4.0f %% %s",
                100 * Math.max(arithmetic, memory),
                arithmetic > memory ? "fma" : "memory");
    }

    private static double gflops(Cost cost) {
        return cost.flops() / (double) cost.nanos();
    }

    private static double gbs(Cost cost) {
        return cost.bytes() / (double) cost.nanos();
    }

    /**
     * What was asked of a device, and a line for each op with its time there: without launching it and waiting for it.
     */
    static List<String> deviceLines(DeviceCounters counters) {
        double total = counters.deviceNanos().values().stream()
                .mapToDouble(Long::doubleValue)
                .sum();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "DEVICE  %,d launches, %s uploaded, %s downloaded, %.1f ms at work",
                counters.launches(),
                Bytes.of(counters.uploadedBytes()),
                Bytes.of(counters.downloadedBytes()),
                total / 1e6));
        counters.deviceNanos().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(op -> lines.add(String.format(
                        Locale.ROOT,
                        "%-52s %10.3f ms %5.1f %%",
                        op.getKey(),
                        op.getValue() / 1e6,
                        100 * op.getValue() / total)));
        return lines;
    }
}
