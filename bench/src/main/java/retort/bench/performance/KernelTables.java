package retort.bench.performance;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import retort.bench.report.BenchReport;
import retort.driver.page.Format;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;
import retort.kernels.Engine;

/** Of a report on kernels what cpu-simd reached. */
final class KernelTables {
    private static final String OURS = Engine.CPU_SIMD.id();

    /** A score whose error is a larger share of it is noise. */
    private static final double MOST = 0.1;

    private final BenchReport report;

    KernelTables(BenchReport report) {
        this.report = report;
    }

    Vectors vectors() {
        return Vectors.of(
                report.environment().features(), report.environment().flags().contains("-XX:UseAVX=2"));
    }

    /** Thread counts that were timed, in order. */
    Set<Integer> threads() {
        return report.results().stream()
                .filter(each -> each.engine().equals(OURS))
                .map(BenchReport.Result::threads)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Ours, its share of the peak, and ratios to all peers that there are. */
    Table scores(int threads) {
        List<BenchReport.Result> ours = report.results().stream()
                .filter(each -> each.engine().equals(OURS) && each.threads() == threads)
                .toList();
        Set<String> peers = new LinkedHashSet<>();
        ours.forEach(each -> peers.addAll(each.ratio().keySet()));
        List<String> header = new ArrayList<>(List.of("kernel and shape", "Retort", "of peak"));
        peers.forEach(peer -> header.add("over " + peer));
        Table.Builder table = Table.of("", header.toArray(String[]::new));
        for (BenchReport.Result each : ours) {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(each.spec()));
            row.add(new Cell(
                    Format.NUMBER.of(each.score()) + " " + each.unit() + noise(isNoise(each)),
                    each.score(),
                    Table.Mark.NONE));
            row.add(
                    each.ofPeak() == null
                            ? Cell.EMPTY
                            : number(String.format(Locale.ROOT, "%.0f %%", 100 * each.ofPeak()), each.ofPeak()));
            peers.forEach(peer -> row.add(ratio(each, peer)));
            table.row(row);
        }
        return table.build();
    }

    private Cell ratio(BenchReport.Result ours, String peer) {
        Double ratio = ours.ratio().get(peer);
        if (ratio == null) {
            return Cell.EMPTY;
        }
        Optional<BenchReport.Result> theirs = report.results().stream()
                .filter(each -> each.spec().equals(ours.spec())
                        && each.engine().equals(peer)
                        && each.threads() == ours.threads())
                .findFirst();
        boolean noise = isNoise(ours) || theirs.filter(KernelTables::isNoise).isPresent();
        return number(String.format(Locale.ROOT, "%.2f", ratio) + noise(noise), ratio);
    }

    private static boolean isNoise(BenchReport.Result each) {
        return each.error() != null && each.error() > MOST * each.score();
    }

    private static String noise(boolean noise) {
        return noise ? " (noise)" : "";
    }

    /** What was to be reached, as the report judged it. */
    Table targets() {
        Table.Builder table =
                Table.of("", "kernel and shape", "threads", "against", "hard", "stretch", "reached", "verdict");
        for (BenchReport.Target each : report.targets()) {
            table.row(
                    Cell.of(each.spec()),
                    number(Integer.toString(each.threads()), each.threads()),
                    Cell.of(each.against()),
                    number(each.hard()),
                    each.stretch() == null ? Cell.EMPTY : number(each.stretch()),
                    number(each.reached()),
                    Cell.of(each.verdict()));
        }
        return table.build();
    }

    private static Cell number(double value) {
        return number(String.format(Locale.ROOT, "%.2f", value), value);
    }

    private static Cell number(String text, Number value) {
        return new Cell(text, value, Table.Mark.NONE);
    }

    /** What the machine gave at most, in a sentence for each number of threads. */
    List<String> peaks() {
        return report.peaks() == null
                ? List.of()
                : report.peaks().stream()
                        .map(peak -> String.format(
                                Locale.ROOT,
                                "Peaks, threads %d: %s GFLOP/s on registers, triad %s GB/s%s.",
                                peak.threads(),
                                Format.NUMBER.of(peak.gflops()),
                                Format.NUMBER.of(peak.triadGBs()),
                                peak.updateGBs() == null
                                        ? ""
                                        : ", update " + Format.NUMBER.of(peak.updateGBs()) + " GB/s"))
                        .toList();
    }
}
