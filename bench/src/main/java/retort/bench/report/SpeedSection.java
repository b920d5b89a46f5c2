package retort.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import retort.driver.page.Axis;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;

/** How fast the kernels are: beside peers, an earlier run, and what the machine can do. */
record SpeedSection(BenchReport report, EngineColours colours) {
    private static final String INTERVALS = "Lines are 99.9 % confidence intervals";

    /** A chart for each of our engines and thread count. */
    List<Chart> ratios() {
        List<Chart> charts = new ArrayList<>();
        for (String engine : Tables.ours(report)) {
            for (int threads : Tables.threads(report)) {
                List<Ratio> ratios = Ratio.of(report).stream()
                        .filter(r -> r.engine().equals(engine) && r.threads() == threads)
                        .toList();
                if (!ratios.isEmpty()) {
                    charts.add(ratios(engine + " over each peer, " + Tables.threads(threads), ratios));
                }
            }
        }
        return charts;
    }

    private Chart ratios(String caption, List<Ratio> ratios) {
        List<String> specs = ratios.stream().map(Ratio::spec).distinct().toList();
        Table.Builder numbers = Table.of("", "kernel and shape", "peer", "ratio", "low", "high");
        Map<String, Series> byPeer = new LinkedHashMap<>();
        Map<String, List<String>> labels = new LinkedHashMap<>();
        for (Ratio r : ratios) {
            Series series =
                    byPeer.computeIfAbsent(r.peer(), peer -> Series.of(peer, Series.Kind.POINTS, colours.of(peer)));
            int at = specs.indexOf(r.spec());
            if (r.error() == null) {
                series.add(at, r.value());
            } else {
                series.add(at, r.value(), r.low(), r.high());
            }
            labels.computeIfAbsent(r.peer(), peer -> new ArrayList<>()).add(label(r.peer(), r.noise()));
            numbers.row(
                    Table.Cell.of(r.spec()),
                    Table.Cell.of(r.peer()),
                    Table.Cell.of(Format.RATIO, r.value()),
                    Table.Cell.of(Format.RATIO, r.error() == null ? null : r.low()),
                    Table.Cell.of(Format.RATIO, r.error() == null ? null : r.high()));
        }
        Chart chart = Chart.of(
                        caption,
                        Axis.categories("kernel and shape", specs),
                        Axis.of("our speed over the peer's", Format.RATIO).logarithmic(),
                        numbers.build())
                .note("Right of the line ours is faster. " + INTERVALS + " of the quotient, from those of both.")
                .asLying()
                .reference(1);
        byPeer.forEach((peer, series) -> chart.add(series.labelled(labels.get(peer))));
        return chart;
    }

    /** Our speed over that of the baseline: a chart for each thread count. */
    List<Chart> changes() {
        List<Chart> charts = new ArrayList<>();
        for (int threads : Tables.threads(report)) {
            List<BenchReport.Change> changes = report.baseline().changes().stream()
                    .filter(c -> c.threads() == threads)
                    .toList();
            if (!changes.isEmpty()) {
                charts.add(changes("Now over then, " + Tables.threads(threads), changes));
            }
        }
        return charts;
    }

    private Chart changes(String caption, List<BenchReport.Change> changes) {
        List<String> specs =
                changes.stream().map(BenchReport.Change::spec).distinct().toList();
        Table.Builder numbers = Table.of("", "kernel and shape", "engine", "now/then", "low", "high");
        Map<String, Series> byEngine = new LinkedHashMap<>();
        Map<String, List<String>> labels = new LinkedHashMap<>();
        for (BenchReport.Change c : changes) {
            Series series = byEngine.computeIfAbsent(
                    c.engine(), engine -> Series.of(engine, Series.Kind.POINTS, colours.of(engine)));
            int at = specs.indexOf(c.spec());
            if (c.error() == null) {
                series.add(at, c.quotient());
            } else {
                series.add(at, c.quotient(), c.quotient() - c.error(), c.quotient() + c.error());
            }
            numbers.row(
                    Table.Cell.of(c.spec()),
                    Table.Cell.of(c.engine()),
                    Table.Cell.of(Format.RATIO, c.quotient()),
                    Table.Cell.of(Format.RATIO, c.error() == null ? null : c.quotient() - c.error()),
                    Table.Cell.of(Format.RATIO, c.error() == null ? null : c.quotient() + c.error()));
            labels.computeIfAbsent(c.engine(), engine -> new ArrayList<>()).add(c.engine() + ", " + c.verdict());
        }
        Chart chart = Chart.of(
                        caption,
                        Axis.categories("kernel and shape", specs),
                        Axis.of("our speed over the earlier one", Format.RATIO),
                        numbers.build())
                .note("Left of the line it got slower. " + INTERVALS + " of the quotient, and what peers differ by.")
                .asLying()
                .reference(1);
        byEngine.forEach((engine, series) -> chart.add(series.labelled(labels.get(engine))));
        return chart;
    }

    private static String label(String name, boolean noise) {
        return noise ? name + ", noise" : name;
    }

    /** The share of the peak that bounds each shape, a chart for each of our engines. */
    List<Chart> ofPeak() {
        List<Chart> charts = new ArrayList<>();
        for (String engine : Tables.ours(report)) {
            List<BenchReport.Result> held = report.results().stream()
                    .filter(r -> r.engine().equals(engine) && r.ofPeak() != null)
                    .toList();
            if (!held.isEmpty()) {
                charts.add(ofPeak(engine, held));
            }
        }
        return charts;
    }

    private static Chart ofPeak(String engine, List<BenchReport.Result> held) {
        List<String> specs =
                held.stream().map(BenchReport.Result::spec).distinct().toList();
        Table.Builder numbers = Table.of("", "kernel and shape", "threads", "of peak");
        Map<Integer, Series> byThreads = new TreeMap<>();
        Map<Integer, List<String>> labels = new TreeMap<>();
        for (BenchReport.Result r : held) {
            Series series = byThreads.computeIfAbsent(
                    r.threads(), count -> Series.of(Tables.threads(count), Series.Kind.POINTS, byThreads.size() + 1));
            int at = specs.indexOf(r.spec());
            if (r.error() == null) {
                series.add(at, r.ofPeak());
            } else {
                double spread = r.ofPeak() * r.error() / r.score();
                series.add(at, r.ofPeak(), r.ofPeak() - spread, r.ofPeak() + spread);
            }
            labels.computeIfAbsent(r.threads(), count -> new ArrayList<>())
                    .add(label(Tables.threads(r.threads()), r.noise()));
            numbers.row(
                    Table.Cell.of(r.spec()),
                    Table.Cell.of(Format.COUNT, r.threads()),
                    Table.Cell.of(Format.PERCENT, r.ofPeak()));
        }
        Chart chart = Chart.of(
                        engine + ", share of the peak",
                        Axis.categories("kernel and shape", specs),
                        Axis.of("of peak", Format.PERCENT),
                        numbers.build())
                .note(
                        "Of the multiply-adds for arithmetic, of the triad for passes over memory, of the update for Adam: each "
                                + "measured on as many threads. Data that fit the caches can be above. " + INTERVALS
                                + " of the speed.")
                .asLying()
                .reference(1);
        byThreads.forEach((count, series) -> chart.add(series.labelled(labels.get(count))));
        return chart;
    }
}
