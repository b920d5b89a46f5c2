package retort.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A part of the report as rows of text, which its files draw each in its own way.
 *
 * @param numbers whether all columns but the first hold numbers
 */
record Table(String title, boolean numbers, List<String> header, List<List<String>> rows) {
    private static final String NOTHING = "";

    /** Every result: one table for each of our engines, thread count and unit. */
    static List<Table> of(BenchReport report) {
        List<Table> tables = new ArrayList<>();
        Set<Integer> threads = report.results().stream()
                .map(BenchReport.Result::threads)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> engines = report.results().stream()
                .map(BenchReport.Result::engine)
                .filter(Results::isOurs)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String engine : engines) {
            for (int count : threads) {
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

    private static Table results(BenchReport report, String engine, int threads, String unit) {
        List<BenchReport.Result> ours = report.results().stream()
                .filter(r -> r.engine().equals(engine)
                        && r.threads() == threads
                        && r.unit().equals(unit))
                .toList();
        Set<String> peers = new LinkedHashSet<>();
        ours.forEach(r -> peers.addAll(r.ratio().keySet()));
        boolean scales = ours.stream().anyMatch(r -> r.overOneThread() != null);
        List<String> header = new ArrayList<>(List.of("kernel and shape", engine, "error", "of peak"));
        if (scales) {
            header.add("of 1 thread");
        }
        for (String peer : peers) {
            header.add(peer);
            header.add("ratio");
        }
        Map<String, BenchReport.Result> scores = new LinkedHashMap<>();
        report.results().stream().filter(r -> r.threads() == threads).forEach(r -> scores.put(key(r), r));
        List<List<String>> rows = new ArrayList<>();
        for (BenchReport.Result r : ours) {
            List<String> row = new ArrayList<>(List.of(
                    r.spec(),
                    number(r.score()),
                    r.error() == null ? NOTHING : "± " + number(r.error()),
                    r.ofPeak() == null ? NOTHING : percent(r.ofPeak())));
            if (scales) {
                row.add(r.overOneThread() == null ? NOTHING : ratio(r.overOneThread()) + " x");
            }
            for (String peer : peers) {
                BenchReport.Result other = scores.get(r.spec() + " " + peer);
                row.add(other == null ? NOTHING : number(other.score()));
                row.add(other == null ? NOTHING : ratio(r.ratio().get(peer)));
            }
            rows.add(row);
        }
        return new Table(engine + ", " + threads(threads) + ", " + unit, true, header, rows);
    }

    private static String key(BenchReport.Result r) {
        return r.spec() + " " + r.engine();
    }

    static Table peaks(BenchReport report) {
        return new Table(
                "Peaks, measured first",
                true,
                List.of("threads", "multiply-adds on registers, GFLOP/s", "triad, GB/s", "update, GB/s"),
                report.peaks().stream()
                        .map(p -> List.of(
                                Integer.toString(p.threads()),
                                number(p.gflops()),
                                number(p.triadGBs()),
                                p.updateGBs() == null ? NOTHING : number(p.updateGBs())))
                        .toList());
    }

    /** What was to be reached; its title sums up. */
    static Table targets(BenchReport report) {
        String title = Stream.of(Targets.MISSED, Targets.MET_HARD, Targets.MET_STRETCH)
                .map(verdict -> report.targets().stream()
                                .filter(t -> t.verdict().equals(verdict))
                                .count()
                        + " " + verdict)
                .collect(Collectors.joining(", ", "Targets: ", ""));
        return new Table(
                title,
                true,
                List.of("kernel and shape", "threads", "against", "hard", "stretch", "reached", "verdict"),
                report.targets().stream()
                        .map(t -> List.of(
                                t.spec(),
                                Integer.toString(t.threads()),
                                t.against(),
                                ratio(t.hard()),
                                t.stretch() == null ? NOTHING : ratio(t.stretch()),
                                String.format(Locale.ROOT, "%.3f", t.reached()),
                                t.verdict()))
                        .toList());
    }

    static Table environment(BenchReport report) {
        BenchReport.Environment at = report.environment();
        List<List<String>> rows = new ArrayList<>(List.of(
                List.of(
                        "CPU",
                        at.cpu() + ", " + at.processors() + (at.processors() == 1 ? " processor" : " processors")),
                List.of("features", String.join(" ", at.features())),
                List.of("Java", at.java()),
                List.of("flags", String.join(" ", at.flags())),
                List.of("system", at.os()),
                List.of("commit", at.commit()),
                List.of("time", at.time())));
        at.engines().forEach((engine, device) -> rows.add(List.of(engine, device)));
        at.parameters().forEach((engine, file) -> rows.add(List.of(engine + "'s parameters", file)));
        return new Table("Machine", false, List.of("", ""), rows);
    }

    static Table absent(BenchReport report) {
        return new Table(
                "Peers that are absent",
                false,
                List.of("peer", "reason"),
                report.absent().stream().map(a -> List.of(a.peer(), a.reason())).toList());
    }

    static Table failed(BenchReport report) {
        return new Table(
                "Not timed: wrong or broken",
                false,
                List.of("kernel and shape", "engine", "threads", "reason"),
                report.failed().stream()
                        .map(f -> List.of(f.spec(), f.engine(), Integer.toString(f.threads()), f.reason()))
                        .toList());
    }

    /** How many, in words. */
    static String threads(int count) {
        return count + (count == 1 ? " thread" : " threads");
    }

    /** Three or four digits that count. */
    static String number(double value) {
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }
}
