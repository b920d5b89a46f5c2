package retort.driver.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import retort.driver.page.Axis;
import retort.driver.page.Block;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Page;
import retort.driver.page.Series;
import retort.driver.page.Table;
import retort.driver.report.Report;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ContestTable;

/**
 * A study as a page to look at; see {@link Page}.
 *
 * @param commandLine that made it, as it was given
 * @param files that stand beside it, by name
 */
record StudyPage(Study study, String commandLine, List<String> files) {
    /** What charts show; maps show the rest too. */
    private static final List<Measure> CHARTED = List.of(Measure.ERRORS, Measure.RECALL, Measure.PRIOR_RECALL);

    String html() {
        StudyHeadline headline = new StudyHeadline(study);
        List<Contest.Verdict> verdicts = new StudyContests(study).verdicts();
        return new Page("Retort study " + study.study())
                .sentence(headline.sentence())
                .origin(origin())
                .tiles(headline.tiles())
                .section("Experiments of Hinton, Vinyals and Dean 2015", paper())
                .section("Students", students())
                .section("Corrections", corrections(verdicts))
                .section("What is better", better(verdicts))
                .section("Maps", maps())
                .section("Which classes are learned unseen", unseen())
                .section("What the teacher says", teachers())
                .section("Repeat it", repeat())
                .html();
    }

    private List<String> origin() {
        Report.Environment at = study.environment();
        return List.of("retort study " + study.study(), at.dataset(), at.backend() + " on " + at.device());
    }

    private List<Block> paper() {
        if (study.experiments().isEmpty()) {
            return List.of();
        }
        List<Study.Experiment> shown = study.experiments().stream()
                .filter(row -> Hinton2015.isOfWide(row.id()))
                .toList();
        Table table = new StudyTables(study).experiments();
        List<Block> blocks = new ArrayList<>();
        if (!shown.isEmpty()) {
            Axis experiment = Axis.categories(
                    "experiment", shown.stream().map(Study.Experiment::id).toList());
            Series ours = Series.of("ours", Series.Kind.POINTS, 1);
            Series paper = Series.of("Hinton, Vinyals and Dean 2015", Series.Kind.POINTS, 2)
                    .asFaint();
            for (int i = 0; i < shown.size(); i++) {
                StudyTables.spread(shown.get(i).errors()).addTo(ours, i, 1);
                if (shown.get(i).paperErrors() != null) {
                    paper.add(i, shown.get(i).paperErrors());
                }
            }
            boolean besidePaper = !paper.points().isEmpty();
            Axis errors = Axis.of(besidePaper ? "test errors of 10,000" : "test errors", Format.COUNT);
            boolean positive = ours.points().stream().allMatch(point -> point[1] >= 1);
            Chart chart = Chart.of(
                            besidePaper ? "Test errors, the paper's and ours" : "Test errors",
                            experiment,
                            positive ? errors.logarithmic() : errors,
                            table)
                    .note(
                            "Means over the seeds; lines reach over one standard deviation either way. 'oracle' picks the "
                                    + "bias by the test labels and is an upper limit on what one number can reach; 'prior' reads no label."
                                    + (besidePaper ? " The paper tells of one run each." : ""))
                    .asLying()
                    .add(ours);
            blocks.add(besidePaper ? chart.add(paper) : chart);
        } else {
            blocks.add(table);
        }
        return blocks;
    }

    private List<Block> students() {
        if (study.cells().isEmpty()) {
            return List.of();
        }
        List<Block> charts = new ArrayList<>();
        for (Measure measure : CHARTED) {
            Panel.of(study).forEach(panel -> panel.chart(measure).ifPresent(charts::add));
        }
        List<Block> blocks = new ArrayList<>();
        if (!charts.isEmpty()) {
            blocks.add(Block.row(charts));
            blocks.add(Block.note("Means over the seeds; lines reach over one standard deviation either way."));
        }
        blocks.add(Block.details(
                "All students, those that differ in the seed alone in one row", new StudyTables(study).students()));
        return blocks;
    }

    private List<Block> corrections(List<Contest.Verdict> verdicts) {
        return study.cells().stream().allMatch(cell -> cell.others().isEmpty())
                ? List.of()
                : List.of(
                        new StudyTables(study).corrections(verdicts),
                        Block.note(
                                "Means over the seeds and their standard deviation. No correction here reads a label."));
    }

    private static List<Block> better(List<Contest.Verdict> verdicts) {
        return verdicts.isEmpty()
                ? List.of()
                : List.of(
                        Block.details("Students held against each other", ContestTable.of(verdicts)),
                        Block.note(ContestTable.NOTE));
    }

    /** A row of maps for each measure. */
    private List<Block> maps() {
        HeatMaps maps = new HeatMaps(study);
        List<Block> rows = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            List<? extends Block> row = maps.of(measure);
            if (!row.isEmpty()) {
                rows.add(Block.row(row));
            }
        }
        if (!rows.isEmpty()) {
            rows.add(Block.note("Means over the seeds. All maps of one measure are on one scale, that of errors "
                    + "logarithmic; how many seeds and their deviation stand where the pointer rests."));
        }
        return rows;
    }

    private List<Block> unseen() {
        List<Chart> charts = new UnseenClasses(study).charts();
        return charts.isEmpty() ? List.of() : List.of(Block.row(charts));
    }

    private List<Block> teachers() {
        if (study.teachers().isEmpty()) {
            return List.of();
        }
        return List.of(
                Block.row(new HeatMaps(study).softLabels()),
                Block.note(
                        "Over the training images of each class, a row. Blue is the true class; orange, on a scale of "
                                + "square roots, is all that a student learns of a class from images of others."),
                new StudyTables(study).teachers());
    }

    private List<Block> repeat() {
        Report.Environment at = study.environment();
        Study.Settings settings = study.settings();
        Table.Builder table = Table.of("", "", "");
        row(table, "engine", at.backend() + " on " + at.device());
        row(table, "processor", at.cpu());
        row(table, "features", at.features() == null ? null : String.join(" ", at.features()));
        row(table, "threads", Integer.toString(at.threads()));
        row(table, "Java", at.java());
        row(table, "system", at.os());
        row(
                table,
                "data",
                String.format(Locale.ROOT, "%s, %,d training images", settings.dataset(), settings.trainImages()));
        row(table, "teachers", settings.teacher());
        row(table, "students", settings.student());
        row(table, "commit", at.commit());
        Optional.ofNullable(at.parameters())
                .ifPresent(parameters ->
                        parameters.forEach((engine, from) -> row(table, "parameters of " + engine, from)));
        row(table, "files", String.join(", ", files));
        return List.of(
                Block.text("The same seeds, engine and threads give the same bits:"),
                Block.code(commandLine),
                table.build());
    }

    private static void row(Table.Builder table, String name, String value) {
        table.row(Table.Cell.of(name), Table.Cell.of(value == null ? "" : value));
    }
}
