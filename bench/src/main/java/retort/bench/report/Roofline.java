package retort.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.driver.page.Axis;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;

/**
 * GFLOP/s over the operations for each byte that must be moved, under the roof that bus and arithmetic make. Points
 * above the slope are work whose data stay in caches. Source: Williams, Waterman and Patterson 2009.
 */
final class Roofline {
    private static final String NOTE =
            "A column of points is a shape, at the operations that it does for each byte it must move; rings are peers."
                    + " The slopes are the triad and the update, whose arrays fit no cache: a shape whose data do can stand"
                    + " above them.";

    private static final double MARGIN = 1.6;

    private Roofline() {}

    /** The chart for one thread count, or nothing where no kernel has arithmetic to show. */
    static Optional<Chart> chart(BenchReport report, BenchReport.Peak peak, EngineColours colours) {
        List<BenchReport.Result> shown = report.results().stream()
                .filter(r -> r.threads() == peak.threads() && r.ofPeak() != null)
                .filter(r -> Work.of(r.spec()).flops() > 0)
                .toList();
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        Table.Builder numbers = Table.of("", "kernel and shape", "engine", "flop/byte", "GFLOP/s");
        Map<String, Series> points = new LinkedHashMap<>();
        Map<String, List<String>> labels = new LinkedHashMap<>();
        for (BenchReport.Result r : shown) {
            points.computeIfAbsent(r.engine(), engine -> Series.of(engine, Series.Kind.POINTS, colours.of(engine)))
                    .add(intensity(r), gflops(r));
            labels.computeIfAbsent(r.engine(), engine -> new ArrayList<>()).add(r.engine() + ", " + r.spec());
            numbers.row(
                    Table.Cell.of(r.spec()),
                    Table.Cell.of(r.engine()),
                    Table.Cell.of(Format.NUMBER, intensity(r)),
                    Table.Cell.of(Format.NUMBER, gflops(r)));
        }
        Chart chart = Chart.of(
                        "Roofline, " + Tables.threads(peak.threads()),
                        Axis.of("flop / byte", Format.NUMBER).logarithmic(),
                        Axis.of("GFLOP/s", Format.NUMBER).logarithmic(),
                        numbers.build())
                .note(NOTE);
        double gflops = report.highest("fma", peak.threads(), peak.gflops());
        double triad = report.highest("triad", peak.threads(), peak.triadGBs());
        double ridge = gflops / triad;
        double left = shown.stream().mapToDouble(Roofline::intensity).reduce(ridge, Math::min) / MARGIN;
        double right = shown.stream().mapToDouble(Roofline::intensity).reduce(ridge, Math::max) * MARGIN;
        chart.add(roof("peak", left, right, gflops, triad));
        if (peak.updateGBs() != null) {
            double update = report.highest("update", peak.threads(), peak.updateGBs());
            chart.add(roof("peak of updates", left, right, gflops, update).asFaint());
        }
        points.forEach((engine, series) -> chart.add(look(engine, series.labelled(labels.get(engine)))));
        return Optional.of(chart);
    }

    /** Where a peer is as fast as we are, its ring lies around our point, and neither hides the other. */
    private static Series look(String engine, Series series) {
        return Results.isOurs(engine) ? series : series.asFaint();
    }

    private static Series roof(String name, double left, double right, double gflops, double gbs) {
        return Series.of(name, Series.Kind.LINE, 0)
                .add(left, left * gbs)
                .add(gflops / gbs, gflops)
                .add(right, gflops);
    }

    private static double intensity(BenchReport.Result r) {
        return Work.of(r.spec()).intensity();
    }

    private static double gflops(BenchReport.Result r) {
        return r.unit().equals(Work.GFLOPS) ? r.score() : r.score() * intensity(r);
    }
}
