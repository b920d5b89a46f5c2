package retort.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;
import retort.driver.page.Table.Mark;

/** A report's numbers as tables, for terminal, page and CSV alike. */
final class Tables {
    /** Before a figure that is noise. */
    static final String NOISE_MARK = "~";

    /** When a peak was measured: before any kernel. */
    private static final String FIRST = "first";

    private Tables() {}

    /** Every result: one table for each of our engines, thread count and unit. */
    static List<Table> results(BenchReport report) {
        List<Table> tables = new ArrayList<>();
        for (String engine : ours(report)) {
            for (int count : threads(report)) {
                for (String unit : List.of(Work.GFLOPS, Work.GBS)) {
                    Table table = results(report, engine, count, unit);
                    if (!table.rows().isEmpty()) {
                        tables.add(table);
                    }
                }
            }
        }
        return tables;
    }

    /** Our engines that were timed. */
    static Set<String> ours(BenchReport report) {
        return report.results().stream()
                .map(BenchReport.Result::engine)
                .filter(Results::isOurs)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Thread counts that were timed, in order. */
    static Set<Integer> threads(BenchReport report) {
        return report.results().stream()
                .map(BenchReport.Result::threads)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<BenchReport.Result> ours(BenchReport report, String engine, int threads, String unit) {
        return report.results().stream()
                .filter(r -> r.engine().equals(engine)
                        && r.threads() == threads
                        && r.unit().equals(unit))
                .toList();
    }

    private static Set<String> peers(List<BenchReport.Result> ours) {
        Set<String> peers = new LinkedHashSet<>();
        ours.forEach(r -> peers.addAll(r.ratio().keySet()));
        return peers;
    }

    private static boolean scale(List<BenchReport.Result> ours) {
        return ours.stream().anyMatch(r -> r.overOneThread() != null);
    }

    private static Table results(BenchReport report, String engine, int threads, String unit) {
        List<BenchReport.Result> ours = ours(report, engine, threads, unit);
        Set<String> peers = peers(ours);
        boolean scales = scale(ours);
        boolean allocations = ours.stream().anyMatch(r -> r.bytesPerCall() != null);
        List<String> header = new ArrayList<>(List.of("kernel and shape", engine, "error", "of peak"));
        if (scales) {
            header.add("of 1 thread");
        }
        if (allocations) {
            header.add("bytes/call");
        }
        for (String peer : peers) {
            header.add(peer);
            header.add("ratio");
        }
        Map<String, BenchReport.Result> scores = scores(report, threads);
        Table.Builder table = Table.of(engine + ", " + threads(threads) + ", " + unit, header.toArray(String[]::new));
        for (BenchReport.Result r : ours) {
            List<Cell> row =
                    new ArrayList<>(List.of(Cell.of(r.spec()), score(r), error(r.error()), percent(r.ofPeak())));
            if (scales) {
                row.add(r.overOneThread() == null ? Cell.EMPTY : times(r.overOneThread()));
            }
            if (allocations) {
                row.add(bytes(r));
            }
            for (String peer : peers) {
                BenchReport.Result other = scores.get(r.spec() + " " + peer);
                row.add(other == null ? Cell.EMPTY : score(other));
                row.add(other == null ? Cell.EMPTY : ratio(r.ratio().get(peer), r.noise() || other.noise()));
            }
            table.row(row);
        }
        return table.build();
    }

    /** By spec and engine. */
    private static Map<String, BenchReport.Result> scores(BenchReport report, int threads) {
        Map<String, BenchReport.Result> scores = new LinkedHashMap<>();
        report.results().stream().filter(r -> r.threads() == threads).forEach(r -> scores.put(key(r), r));
        return scores;
    }

    /** Of {@link #results} what fits a terminal: the error as a share, ratios to peers but not their scores. */
    static List<Table> summaries(BenchReport report) {
        List<Table> tables = new ArrayList<>();
        for (String engine : ours(report)) {
            for (int count : threads(report)) {
                for (String unit : List.of(Work.GFLOPS, Work.GBS)) {
                    List<BenchReport.Result> ours = ours(report, engine, count, unit);
                    if (!ours.isEmpty()) {
                        tables.add(summary(engine + ", " + threads(count), ours, scores(report, count)));
                    }
                }
            }
        }
        return tables;
    }

    private static Table summary(String title, List<BenchReport.Result> ours, Map<String, BenchReport.Result> scores) {
        Set<String> peers = peers(ours);
        boolean scales = scale(ours);
        List<String> header = new ArrayList<>(List.of("", ours.getFirst().unit(), "of peak"));
        if (scales) {
            header.add("of 1");
        }
        header.addAll(peers);
        Table.Builder table =
                Table.of(peers.isEmpty() ? title : title + "; over each peer", header.toArray(String[]::new));
        for (BenchReport.Result r : ours) {
            String error =
                    r.error() == null ? "" : String.format(Locale.ROOT, " %5s", "±" + share(r.error() / r.score()));
            List<Cell> row = new ArrayList<>(List.of(
                    Cell.of(r.spec()),
                    cell(marked(text(r.score()), r.noise()) + error, r.score()),
                    percent(r.ofPeak())));
            if (scales) {
                row.add(r.overOneThread() == null ? Cell.EMPTY : times(r.overOneThread()));
            }
            for (String peer : peers) {
                BenchReport.Result other = scores.get(r.spec() + " " + peer);
                row.add(other == null ? Cell.EMPTY : ratio(r.ratio().get(peer), r.noise() || other.noise()));
            }
            table.row(row);
        }
        return table.build();
    }

    private static String share(double of) {
        return decimals(0, 100 * of) + "%";
    }

    private static String key(BenchReport.Result r) {
        return r.spec() + " " + r.engine();
    }

    /** Every measurement of a peak in a row of its own. */
    static Table peaks(BenchReport report) {
        Table.Builder table = Table.of("Peaks", "measured", "loop", "threads", "peak", "error", "unit");
        for (BenchReport.Peak peak : report.peaks()) {
            peak(table, FIRST, "fma", peak.threads(), peak.gflops(), peak.gflopsError(), Work.GFLOPS);
            peak(table, FIRST, "triad", peak.threads(), peak.triadGBs(), peak.triadError(), Work.GBS);
            if (peak.updateGBs() != null) {
                peak(table, FIRST, "update", peak.threads(), peak.updateGBs(), peak.updateError(), Work.GBS);
            }
        }
        for (BenchReport.PeakAgain again : report.peaksAgain()) {
            String beside = "beside " + again.spec();
            peak(table, beside, again.loop(), again.threads(), again.peak(), again.error(), again.unit());
        }
        return table.build();
    }

    private static void peak(
            Table.Builder table, String measured, String loop, int threads, double value, Double error, String unit) {
        table.row(
                Cell.of(measured),
                Cell.of(loop),
                cell(Integer.toString(threads), threads),
                number(value, Results.isNoise(value, error)),
                error(error),
                Cell.of(unit));
    }

    /** What was to be reached; its title sums up. */
    static Table targets(BenchReport report) {
        String title = Stream.of(Targets.MISSED, Targets.MET_HARD, Targets.MET_STRETCH, Targets.NOISE)
                .map(verdict -> report.targets().stream()
                                .filter(t -> t.verdict().equals(verdict))
                                .count()
                        + " " + verdict)
                .collect(Collectors.joining(", ", "Targets: ", ""));
        Table.Builder table =
                Table.of(title, "kernel and shape", "threads", "against", "hard", "stretch", "reached", "verdict");
        for (BenchReport.Target t : report.targets()) {
            Mark mark = switch (t.verdict()) {
                case Targets.MISSED -> Mark.BAD;
                case Targets.NOISE -> Mark.NONE;
                default -> Mark.GOOD;
            };
            table.row(
                    Cell.of(t.spec()),
                    cell(Integer.toString(t.threads()), t.threads()),
                    Cell.of(t.against()),
                    cell(decimals(2, t.hard()), t.hard()),
                    t.stretch() == null ? Cell.EMPTY : cell(decimals(2, t.stretch()), t.stretch()),
                    cell(decimals(3, t.reached()), t.reached()),
                    Cell.of(t.verdict()).marked(mark));
        }
        return table.build();
    }

    static Table environment(BenchReport report) {
        BenchReport.Environment at = report.environment();
        Table.Builder table = Table.of("Machine", "", "");
        row(table, "CPU", at.cpu() + ", " + at.processors() + (at.processors() == 1 ? " processor" : " processors"));
        row(table, "features", String.join(" ", at.features()));
        row(table, "Java", at.java());
        row(table, "flags", String.join(" ", at.flags()));
        row(table, "system", at.os());
        row(table, "commit", at.commit());
        row(table, "time", at.time());
        at.engines().forEach((engine, device) -> row(table, engine, device));
        at.parameters().forEach((engine, file) -> row(table, engine + "'s parameters", file));
        return table.build();
    }

    private static void row(Table.Builder table, String name, String value) {
        table.row(Cell.of(name), Cell.of(value));
    }

    static Table absent(BenchReport report) {
        Table.Builder table = Table.of("Peers that are absent", "peer", "reason");
        report.absent().forEach(a -> row(table, a.peer(), a.reason()));
        return table.build();
    }

    static Table failed(BenchReport report) {
        Table.Builder table = Table.of("Not timed: wrong or broken", "kernel and shape", "engine", "threads", "reason");
        for (BenchReport.Failed f : report.failed()) {
            table.row(
                    Cell.of(f.spec()),
                    Cell.of(f.engine()),
                    cell(Integer.toString(f.threads()), f.threads()),
                    Cell.of(f.reason()));
        }
        return table.build();
    }

    /** What is to be known of a run before its numbers: those that have something to say. */
    static List<Table> findings(BenchReport report) {
        return Stream.of(oddForks(report), allocating(report))
                .filter(table -> !table.rows().isEmpty())
                .toList();
    }

    /** Forks that ran at another speed than their siblings. */
    private static Table oddForks(BenchReport report) {
        Table.Builder table = Table.of(
                "Forks unlike their siblings",
                "kernel and shape",
                "engine",
                "threads",
                "fork",
                "score",
                "siblings",
                "unit");
        for (BenchReport.OddFork f : report.oddForks()) {
            table.row(
                    Cell.of(f.spec()),
                    Cell.of(f.engine()),
                    cell(Integer.toString(f.threads()), f.threads()),
                    cell(Integer.toString(f.fork()), f.fork()),
                    number(f.score(), false),
                    number(f.siblings(), false),
                    Cell.of(f.unit()));
        }
        return table.build();
    }

    /** Kernels of ours that allocate. */
    private static Table allocating(BenchReport report) {
        Table.Builder table = Table.of("Kernels that allocate", "kernel and shape", "engine", "threads", "bytes/call");
        for (BenchReport.Result r : report.results()) {
            if (r.allocates()) {
                table.row(
                        Cell.of(r.spec()),
                        Cell.of(r.engine()),
                        cell(Integer.toString(r.threads()), r.threads()),
                        bytes(r));
            }
        }
        return table.build();
    }

    /** What was another in the earlier run, apart from results. */
    static Table differences(BenchReport.Comparison earlier) {
        Table.Builder table = Table.of("Not the same", "", "baseline", "this run");
        earlier.differences().forEach(d -> table.row(Cell.of(d.what()), Cell.of(d.then()), Cell.of(d.now())));
        return table.build();
    }

    /** Our kernels then and now, those that got slower first; its title sums up. */
    static Table changes(BenchReport.Comparison earlier) {
        List<String> verdicts =
                List.of(Baseline.SLOWER, Baseline.FASTER, Baseline.WITHIN_NOISE, Baseline.NOISE, Baseline.NOT_JUDGED);
        String title = verdicts.stream()
                .map(verdict -> Map.entry(
                        verdict,
                        earlier.changes().stream()
                                .filter(c -> c.verdict().equals(verdict))
                                .count()))
                .filter(count -> count.getValue() > 0)
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", ", "Since the baseline: ", ""));
        Table.Builder table = Table.of(
                earlier.changes().isEmpty() ? "Since the baseline: nothing in both" : title,
                "kernel and shape",
                "engine",
                "threads",
                "then",
                "now",
                "now/then",
                "error",
                "verdict");
        earlier.changes().stream()
                .sorted(Comparator.comparingInt(c -> verdicts.indexOf(c.verdict())))
                .forEach(c -> table.row(
                        Cell.of(c.spec()),
                        Cell.of(c.engine()),
                        cell(Integer.toString(c.threads()), c.threads()),
                        number(c.then(), false),
                        number(c.now(), false),
                        cell(marked(decimals(2, c.quotient()), c.verdict().equals(Baseline.NOISE)), c.quotient()),
                        c.error() == null ? Cell.EMPTY : cell("± " + decimals(2, c.error()), c.error()),
                        Cell.of(c.verdict()).marked(mark(c))));
        return table.build();
    }

    private static Mark mark(BenchReport.Change change) {
        return switch (change.verdict()) {
            case Baseline.SLOWER -> Mark.BAD;
            case Baseline.FASTER -> Mark.GOOD;
            default -> Mark.NONE;
        };
    }

    /** Every result in a row of its own, peers' too. */
    static Table scores(BenchReport report) {
        Table.Builder table = Table.of(
                "",
                "spec",
                "engine",
                "threads",
                "score",
                "error",
                "unit",
                "noise",
                "ofPeak",
                "overOneThread",
                "bytesPerCall");
        for (BenchReport.Result r : report.results()) {
            table.row(
                    Cell.of(r.spec()),
                    Cell.of(r.engine()),
                    cell(Integer.toString(r.threads()), r.threads()),
                    score(r),
                    error(r.error()),
                    Cell.of(r.unit()),
                    Cell.of(Boolean.toString(r.noise())),
                    percent(r.ofPeak()),
                    r.overOneThread() == null ? Cell.EMPTY : times(r.overOneThread()),
                    bytes(r));
        }
        return table.build();
    }

    /** Every ratio in a row of its own; see {@link Ratio}. */
    static Table ratios(BenchReport report) {
        Table.Builder table = Table.of("", "spec", "engine", "threads", "peer", "ratio", "low", "high", "noise");
        for (Ratio r : Ratio.of(report)) {
            table.row(
                    Cell.of(r.spec()),
                    Cell.of(r.engine()),
                    cell(Integer.toString(r.threads()), r.threads()),
                    Cell.of(r.peer()),
                    ratio(r.value(), r.noise()),
                    r.error() == null ? Cell.EMPTY : cell(decimals(2, r.low()), r.low()),
                    r.error() == null ? Cell.EMPTY : cell(decimals(2, r.high()), r.high()),
                    Cell.of(Boolean.toString(r.noise())));
        }
        return table.build();
    }

    /** How many, in words. */
    static String threads(int count) {
        return count + (count == 1 ? " thread" : " threads");
    }

    /** A figure, marked if it is noise. */
    static Cell score(BenchReport.Result r) {
        return number(r.score(), r.noise());
    }

    private static Cell number(double value, boolean noise) {
        return cell(marked(text(value), noise), value);
    }

    private static Cell error(Double error) {
        return error == null ? Cell.EMPTY : cell("± " + text(error), error);
    }

    private static String marked(String figure, boolean noise) {
        return noise ? NOISE_MARK + figure : figure;
    }

    /** Nothing where it was not measured; of ours, an allocation is a fault. */
    private static Cell bytes(BenchReport.Result r) {
        return r.bytesPerCall() == null
                ? Cell.EMPTY
                : cell(decimals(0, r.bytesPerCall()), r.bytesPerCall()).marked(r.allocates() ? Mark.BAD : Mark.NONE);
    }

    /** Three or four digits that count. */
    private static String text(double value) {
        return decimals(value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3, value);
    }

    /** Nothing where there is no share. */
    private static Cell percent(Double share) {
        return share == null ? Cell.EMPTY : cell(decimals(0, 100 * share) + " %", share);
    }

    private static Cell times(double quotient) {
        return cell(decimals(2, quotient) + " x", quotient);
    }

    /** Ahead of a peer, or behind it; noise says neither. */
    private static Cell ratio(double ratio, boolean noise) {
        Mark mark = ratio >= 1 ? Mark.GOOD : Mark.BAD;
        return cell(marked(decimals(2, ratio), noise), ratio).marked(noise ? Mark.NONE : mark);
    }

    private static Cell cell(String text, Number value) {
        return new Cell(text, value, Mark.NONE);
    }

    private static String decimals(int decimals, double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
