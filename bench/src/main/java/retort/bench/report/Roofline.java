package retort.bench.report;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * GFLOP/s over the operations for each byte that must be moved, under the roof that bus and arithmetic make. Points
 * above the slope are work whose data stay in caches. Source: Williams, Waterman and Patterson 2009.
 */
final class Roofline {
    /** What a reader must know to read the picture. */
    static final String CAPTION =
            "A column of points is a shape, at the operations that it does for each byte it must move. The slopes"
                    + " are the triad and the update, whose arrays fit no cache: a shape whose data do can stand above them.";

    private static final int WIDTH = 1100;
    private static final int HEIGHT = 560;
    private static final double MARGIN = 1.6;

    /** Told apart by those who see fewer colours too. Source: Okabe and Ito 2008. */
    private static final List<Color> COLOURS = List.of(
            new Color(0xD55E00),
            new Color(0x0072B2),
            new Color(0x009E73),
            new Color(0x56B4E9),
            new Color(0xCC79A7),
            new Color(0xE69F00),
            new Color(0x404040));

    private Roofline() {}

    /** The picture for one thread count, or nothing where no kernel has arithmetic to show. */
    static Optional<String> svg(BenchReport report, BenchReport.Peak peak) {
        Map<String, List<BenchReport.Result>> byEngine = new LinkedHashMap<>();
        List<BenchReport.Result> shown = report.results().stream()
                .filter(r -> r.threads() == peak.threads() && Work.of(r.spec()).flops() > 0)
                .toList();
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        for (BenchReport.Result r : shown) {
            byEngine.computeIfAbsent(
                    r.engine(),
                    engine -> shown.stream()
                            .filter(other -> other.engine().equals(engine))
                            .toList());
        }
        XYChart chart = chart(shown, peak);
        Iterator<Color> colours =
                Stream.generate(() -> COLOURS).flatMap(List::stream).iterator();
        byEngine.forEach((engine, results) -> {
            double[] x = results.stream().mapToDouble(Roofline::intensity).toArray();
            double[] y = results.stream().mapToDouble(Roofline::gflops).toArray();
            XYSeries series = chart.addSeries(engine, x, y);
            series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            series.setMarkerColor(colours.next());
        });
        return Optional.of(drawn(chart));
    }

    private static XYChart chart(List<BenchReport.Result> shown, BenchReport.Peak peak) {
        double ridge = peak.gflops() / peak.triadGBs();
        double left = Math.min(
                        ridge,
                        least(shown.stream().mapToDouble(Roofline::intensity).toArray()))
                / MARGIN;
        double right = Math.max(
                        ridge,
                        most(shown.stream().mapToDouble(Roofline::intensity).toArray()))
                * MARGIN;
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle("flop / byte")
                .yAxisTitle("GFLOP/s")
                .build();
        Styler style = chart.getStyler();
        style.setLegendPosition(Styler.LegendPosition.OutsideE);
        style.setChartBackgroundColor(Color.WHITE);
        style.setChartTitleVisible(false);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setXAxisMin(left);
        chart.getStyler().setXAxisMax(right);
        chart.getStyler().setYAxisMax(peak.gflops() * MARGIN);
        chart.getStyler().setMarkerSize(8);
        roof(chart, "peak", left, right, peak.gflops(), peak.triadGBs()).setLineStyle(SeriesLines.SOLID);
        if (peak.updateGBs() != null) {
            roof(chart, "peak of updates", left, right, peak.gflops(), peak.updateGBs())
                    .setLineStyle(SeriesLines.DASH_DASH);
        }
        return chart;
    }

    private static XYSeries roof(XYChart chart, String name, double left, double right, double gflops, double gbs) {
        double ridge = gflops / gbs;
        XYSeries roof =
                chart.addSeries(name, new double[] {left, ridge, right}, new double[] {left * gbs, gflops, gflops});
        roof.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        roof.setMarker(SeriesMarkers.NONE);
        roof.setLineColor(Color.DARK_GRAY);
        return roof;
    }

    private static double intensity(BenchReport.Result r) {
        return Work.of(r.spec()).intensity();
    }

    private static double gflops(BenchReport.Result r) {
        return r.unit().equals(Work.GFLOPS) ? r.score() : r.score() * intensity(r);
    }

    private static double least(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    private static double most(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    /** The chart as an element that stands inside a page. */
    private static String drawn(XYChart chart) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ChartEncoder.saveChart(chart, out, "svg");
        } catch (IOException e) {
            throw new UncheckedIOException("the roofline can't be drawn", e);
        }
        String svg = out.toString(StandardCharsets.UTF_8);
        return svg.substring(svg.indexOf("<svg"));
    }
}
