package retort.driver.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import retort.driver.page.Axis;
import retort.driver.page.Block;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;

/** How long predictions take, and where the time of the command went. */
record LatencySection(Report report) {
    /** Operations that a chart has room for. */
    private static final int SHOWN_OPERATIONS = 12;

    List<Block> latency() {
        if (report.latency() == null || report.latency().isEmpty()) {
            return List.of();
        }
        List<Integer> batches = report.latency().stream()
                .map(Report.Latency::batch)
                .distinct()
                .sorted()
                .toList();
        List<String> names =
                batches.stream().map(batch -> Format.COUNT.of(batch)).toList();
        Map<String, Series> times = new LinkedHashMap<>();
        Map<String, Series> rates = new LinkedHashMap<>();
        for (Report.Latency l : report.latency()) {
            String name = l.model() + ", " + l.backend();
            int at = batches.indexOf(l.batch());
            times.computeIfAbsent(name, each -> Series.of(each, Series.Kind.POINTS, times.size()))
                    .add(at, l.medianMicros(), l.p10Micros(), l.p90Micros());
            if (l.imagesPerSecond() != null) {
                rates.computeIfAbsent(name, each -> Series.of(each, Series.Kind.POINTS, rates.size()))
                        .add(at, l.imagesPerSecond());
            }
        }
        Table table = Tables.latency(report);
        Chart time = Chart.of(
                        "Time of a call",
                        Axis.categories("images in a batch", names),
                        Axis.of("median time", Format.MICROS).logarithmic(),
                        table.without("images/s", "ratio"))
                .note("Java arrays in, probabilities out. Lines reach from the 10th to the 90th percentile.");
        Chart rate = Chart.of(
                "Throughput",
                Axis.categories("images in a batch", names),
                Axis.of("images/s", Format.COUNT).logarithmic(),
                table.without("median", "p10", "p90", "p99"));
        times.values().forEach(time::add);
        rates.values().forEach(rate::add);
        List<Block> blocks = new ArrayList<>(List.of(Block.row(List.of(time, rate))));
        for (Report.LatencySkipped s : report.latencySkipped()) {
            blocks.add(Block.note(String.format(
                    Locale.ROOT, "%s, %s, batch %,d: skipped, %s", s.backend(), s.model(), s.batch(), s.reason())));
        }
        return blocks;
    }

    List<Block> profile() {
        Report.Profile profile = report.profile();
        if (profile == null || profile.operations().isEmpty()) {
            return List.of();
        }
        List<Report.Operation> first =
                profile.operations().stream().limit(SHOWN_OPERATIONS).toList();
        List<String> names = first.stream().map(Report.Operation::operation).toList();
        Series share = Series.of("share of the time", Series.Kind.BARS, 1);
        Series ofPeak = Series.of("of this machine's peak", Series.Kind.BARS, 3);
        for (int i = 0; i < first.size(); i++) {
            share.add(i, first.get(i).share());
            if (first.get(i).ofPeak() != null) {
                ofPeak.add(i, first.get(i).ofPeak());
            }
        }
        Chart chart = Chart.of(
                        "Operations by their share of the time",
                        Axis.categories("operation", names),
                        Axis.of("share", Format.PERCENT),
                        Tables.operations(profile))
                .asLying()
                .add(share);
        if (profile.gflops() == null) {
            return List.of(chart);
        }
        return List.of(chart.add(ofPeak)
                .note(String.format(
                        Locale.ROOT,
                        "Peaks measured beforehand: %.1f GFLOP/s of multiply-adds on registers, %.1f GB/s of memory; what "
                                + "an operation uses more of counts.",
                        profile.gflops(),
                        profile.memoryGBs())));
    }
}
