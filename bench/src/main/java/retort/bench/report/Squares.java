package retort.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import retort.driver.page.Axis;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;

/**
 * Plain products of square matrices by their size.
 *
 * @param bySide results of all contenders, by m = n = k
 */
record Squares(int threads, Map<Integer, List<BenchReport.Result>> bySide) {
    /** One for each thread count at which there are several sizes. */
    static List<Squares> of(BenchReport report) {
        List<Squares> all = new ArrayList<>();
        for (int threads : Tables.threads(report)) {
            Map<Integer, List<BenchReport.Result>> bySide = new TreeMap<>();
            for (BenchReport.Result r : report.results()) {
                int side = side(r);
                if (r.threads() == threads && side > 0) {
                    bySide.computeIfAbsent(side, none -> new ArrayList<>()).add(r);
                }
            }
            if (bySide.size() > 1) {
                all.add(new Squares(threads, bySide));
            }
        }
        return all;
    }

    /** 0 for all else. */
    private static int side(BenchReport.Result r) {
        return r.unit().equals(Work.GFLOPS)
                        && Spec.parse(r.spec()) instanceof GemmSpec gemm
                        && gemm.equals(GemmSpec.nn(gemm.m(), gemm.m(), gemm.m()))
                ? gemm.m()
                : 0;
    }

    private String caption() {
        return "GEMM of squares, " + Tables.threads(threads) + ", " + Work.GFLOPS;
    }

    /** A row for each size, a column for each contender. */
    Table table() {
        Set<String> engines = new LinkedHashSet<>();
        bySide.values().forEach(results -> results.forEach(r -> engines.add(r.engine())));
        List<String> header = new ArrayList<>(List.of("m = n = k"));
        header.addAll(engines);
        Table.Builder table = Table.of(caption(), header.toArray(String[]::new));
        bySide.forEach((side, results) -> {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(Format.COUNT, side)));
            for (String engine : engines) {
                row.add(results.stream()
                        .filter(r -> r.engine().equals(engine))
                        .findFirst()
                        .map(Tables::score)
                        .orElse(Cell.EMPTY));
            }
            table.row(row);
        });
        return table.build();
    }

    /** Below the peak of multiply-adds, where it was measured. */
    Chart chart(BenchReport report, EngineColours colours) {
        Map<String, Series> byEngine = new LinkedHashMap<>();
        bySide.forEach((side, results) -> results.forEach(r -> {
            Series series = byEngine.computeIfAbsent(
                    r.engine(), engine -> Series.of(engine, Series.Kind.LINE, colours.of(engine)));
            if (r.error() == null) {
                series.add(side, r.score());
            } else {
                series.add(side, r.score(), r.score() - r.error(), r.score() + r.error());
            }
        }));
        Chart chart = Chart.of(
                        caption(),
                        Axis.of("m = n = k", Format.COUNT).logarithmic(),
                        Axis.of(Work.GFLOPS, Format.NUMBER).from(0),
                        table())
                .note("Lines at a point are 99.9 % confidence intervals.");
        report.peaks().stream()
                .filter(peak -> peak.threads() == threads)
                .map(peak -> line(report.highest("fma", threads, peak.gflops())))
                .forEach(chart::add);
        byEngine.values().forEach(chart::add);
        return chart;
    }

    private Series line(double peak) {
        List<Integer> sides = List.copyOf(bySide.keySet());
        return Series.of("peak", Series.Kind.LINE, 0)
                .add(sides.getFirst(), peak)
                .add(sides.getLast(), peak);
    }
}
