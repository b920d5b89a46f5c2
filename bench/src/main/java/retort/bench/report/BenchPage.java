package retort.bench.report;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.driver.page.Block;
import retort.driver.page.Chart;
import retort.driver.page.Page;
import retort.driver.page.Table;

/**
 * A report as a page to look at; see {@link Page}.
 *
 * @param commandLine that made it, as it was given
 * @param files that stand beside it, by name
 */
record BenchPage(BenchReport report, String commandLine, List<String> files) {
    String html() {
        EngineColours colours = EngineColours.of(report);
        SpeedSection speed = new SpeedSection(report, colours);
        return new Page("Retort bench")
                .sentence(sentence())
                .origin(origin())
                .section("Since the baseline", comparison(speed))
                .section("Roofline", rooflines(colours))
                .section("Beside other libraries", row(speed.ratios()))
                .section("By size", row(sizes(colours)))
                .section("Share of the peak", row(speed.ofPeak()))
                .section("Targets", targets())
                .section("Findings", Tables.findings(report))
                .section("Every result", results())
                .section("How it was measured", measured())
                .section("Repeat it", repeat())
                .html();
    }

    private static List<Block> row(List<Chart> charts) {
        return charts.isEmpty() ? List.of() : List.of(Block.row(charts));
    }

    /** Geometric means, since they are of quotients. */
    private String sentence() {
        Map<String, DoubleSummaryStatistics> logarithms = new LinkedHashMap<>();
        List<Ratio> ratios = Ratio.of(report);
        for (Ratio r : ratios.stream().filter(each -> !each.noise()).toList()) {
            logarithms
                    .computeIfAbsent(
                            r.engine() + " %.2f times as fast as " + r.peer(), pair -> new DoubleSummaryStatistics())
                    .accept(Math.log(r.value()));
        }
        String quick = report.environment().quick() ? " A quick run, not to be quoted." : "";
        long noise = ratios.stream().filter(Ratio::noise).count();
        if (logarithms.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "%,d results; %s.%s",
                    report.results().size(),
                    noise == 0 ? "no other library was timed beside them" : "every ratio to another library is noise",
                    quick);
        }
        String left = noise == 0 ? "" : " Left out as noise: " + noise + (noise == 1 ? " ratio." : " ratios.");
        return logarithms.entrySet().stream()
                .map(pair -> String.format(
                                Locale.ROOT,
                                pair.getKey(),
                                Math.exp(pair.getValue().getAverage())) + " ("
                        + pair.getValue().getCount() + ")")
                .collect(Collectors.joining(
                        ", ",
                        "Geometric means over shapes and thread counts, of how many in brackets: ",
                        "." + left + quick));
    }

    private List<String> origin() {
        BenchReport.Environment at = report.environment();
        List<String> phrases = new ArrayList<>(List.of("retort bench" + (at.quick() ? ", quick" : ""), at.cpu()));
        at.engines().forEach((engine, device) -> phrases.add(engine + " on " + device));
        phrases.add(at.time());
        return phrases;
    }

    private List<Block> rooflines(EngineColours colours) {
        List<Chart> charts = report.peaks().stream()
                .map(peak -> Roofline.chart(report, peak, colours))
                .flatMap(Optional::stream)
                .toList();
        return List.of(Block.row(charts), Tables.peaks(report));
    }

    /** Nothing where no earlier report was named. */
    private List<Block> comparison(SpeedSection speed) {
        BenchReport.Comparison earlier = report.baseline();
        if (earlier == null) {
            return List.of();
        }
        List<Block> blocks = new ArrayList<>();
        Notes.of(earlier).forEach(note -> blocks.add(Block.text(note)));
        if (!earlier.differences().isEmpty()) {
            blocks.add(Tables.differences(earlier));
        }
        blocks.add(Tables.changes(earlier));
        blocks.addAll(row(speed.changes()));
        return blocks;
    }

    private List<Chart> sizes(EngineColours colours) {
        return Squares.of(report).stream()
                .map(squares -> squares.chart(report, colours))
                .toList();
    }

    private List<Block> targets() {
        return report.targets().isEmpty() ? List.of() : List.of(Tables.targets(report));
    }

    private List<Block> results() {
        List<Block> tables = new ArrayList<>();
        Tables.results(report).forEach(table -> tables.add(Block.details(table.caption(), table)));
        if (!report.failed().isEmpty()) {
            tables.add(Tables.failed(report));
        }
        if (!report.absent().isEmpty()) {
            tables.add(Tables.absent(report));
        }
        return tables;
    }

    private List<Block> measured() {
        return Notes.of(report).stream().map(Block::text).toList();
    }

    private List<Block> repeat() {
        Table environment = Tables.environment(report);
        return List.of(
                Block.code(commandLine), environment, Block.note("Files beside this one: " + String.join(", ", files)));
    }
}
