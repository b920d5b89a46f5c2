package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import retort.driver.data.Dataset;
import retort.driver.page.Block;
import retort.driver.page.Page;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;

/** A report as a page to look at; see {@link Page}. */
final class ReportPage {
    private ReportPage() {}

    /** @param files that stand beside it, by name */
    static String html(Report report, Dataset data, List<String> files) {
        ModelColours colours = ModelColours.of(report);
        Headline headline = Headline.of(report);
        OriginSection origin = new OriginSection(report, files);
        ModelsSection models = new ModelsSection(report);
        DigitsSection digits = new DigitsSection(report, data);
        ErrorsSection errors = new ErrorsSection(report, colours);
        LatencySection latency = new LatencySection(report);
        List<Block> compared = new ArrayList<>();
        if (!headline.details().isEmpty()) {
            compared.add(Block.text(String.join(" ", headline.details())));
        }
        compared.addAll(models.blocks());
        if (report.remarks() != null) {
            report.remarks().forEach(remark -> compared.add(Block.note(remark + ".")));
        }
        return new Page("Retort " + report.command())
                .sentence(headline.sentence())
                .origin(origin.phrases())
                .tiles(models.tiles())
                .section("Teacher and students", compared)
                .section("What is better", better(report))
                .section("What the teacher says", digits.softLabels())
                .section("What was never shown", digits.unseen())
                .section("Right and wrong", errors.blocks())
                .section("How sure they are", errors.calibration())
                .section("Training", new TrainingSection(report, colours).blocks())
                .section("Latency", latency.latency())
                .section("Operations", latency.profile())
                .section("Repeat it", origin.blocks())
                .html();
    }

    private static List<Block> better(Report report) {
        List<Contest.Verdict> verdicts = Contests.of(report);
        return verdicts.isEmpty() ? List.of() : List.of(ContestTable.of(verdicts), Block.note(ContestTable.NOTE));
    }
}
