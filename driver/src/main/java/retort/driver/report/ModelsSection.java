package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import retort.driver.page.Block;
import retort.driver.page.Format;
import retort.driver.page.Page;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;
import retort.driver.page.Table.Mark;

/** Teacher against students: what they cost and what they get right. */
record ModelsSection(Report report) {
    /** The numbers that stand out at the top of the page. */
    List<Page.Tile> tiles() {
        List<Page.Tile> tiles = new ArrayList<>();
        Optional<Finding> finding = Finding.of(report);
        finding.ifPresent(found -> tiles.add(new Page.Tile(
                Format.PERCENT.of(found.recall()),
                (report.classes() == null
                                ? "of the " + Tables.classes(found.omitted()) + "s"
                                : "of the images of " + found.named(found.omitted()))
                        + " that it never saw, named right by "
                        + found.student().name())));
        if (report.teacher() != null) {
            tiles.add(new Page.Tile(
                    Format.PERCENT.of(report.teacher().test().accuracy()),
                    "of the test images named right by the teacher"));
        }
        Report.Student student = finding.map(Finding::student)
                .orElse(report.students() == null ? null : report.students().getFirst());
        if (student != null && report.teacher() != null) {
            double smaller = (double) report.teacher().parameters() / student.parameters();
            tiles.add(new Page.Tile(
                    Format.RATIO.of(smaller), "as many parameters in the teacher as in " + student.name()));
        }
        fastest(student)
                .ifPresent(l -> tiles.add(new Page.Tile(
                        Format.RATIO.of(Tables.ratio(report, l)),
                        "as long for the teacher to answer for one image, on " + l.backend())));
        return tiles;
    }

    /** The timing of a student at batch 1 on the first engine. */
    private Optional<Report.Latency> fastest(Report.Student student) {
        return latency().stream()
                .filter(l -> student == null ? !l.model().equals("teacher") : l.parameters() == student.parameters())
                .filter(l -> Tables.ratio(report, l) != null)
                .findFirst();
    }

    List<Block> blocks() {
        Table.Builder table = Table.of(
                "",
                "model",
                "labels",
                "never saw",
                "T",
                "parameters",
                "epochs",
                "training",
                "errors",
                "recall of it",
                "corrected",
                "corrected errors",
                "one image",
                "ratio");
        if (report.teacher() != null) {
            Report.Teacher teacher = report.teacher();
            table.row(
                    Cell.of("teacher"),
                    Cell.of("true"),
                    Cell.of("-"),
                    Cell.EMPTY,
                    Cell.of(Format.COUNT, teacher.parameters()),
                    Cell.of(Format.COUNT, teacher.epochs().size()),
                    Cell.of(Format.MICROS, 1e6 * teacher.seconds()),
                    Cell.of(Format.COUNT, teacher.test().errors()),
                    Cell.EMPTY,
                    Cell.EMPTY,
                    Cell.EMPTY,
                    time(teacher.parameters()),
                    Cell.EMPTY);
        }
        if (report.students() != null) {
            report.students().forEach(student -> table.row(row(student)));
        }
        List<Block> blocks = new ArrayList<>();
        if (!table.build().rows().isEmpty()) {
            blocks.add(table.build());
            blocks.add(Block.note(
                    "Recall is the share of the test images of what a student never saw that it names right; "
                            + "corrected is that after a bias was added that no label was read for. Errors are of "
                            + "all test images. Time is the median of single calls on the first engine, the ratio the teacher's "
                            + "over the student's."));
        }
        return blocks;
    }

    private List<Cell> row(Report.Student student) {
        Optional<Report.BiasCorrected> corrected = student.corrected();
        boolean omits = !student.omitted().isEmpty();
        Mark mark =
                Finding.of(report).filter(found -> found.student() == student).isPresent() ? Mark.STRONG : Mark.NONE;
        return List.of(
                Cell.of(student.name()),
                Cell.of(student.labels().equals("hard") ? "true" : student.labels()),
                Cell.of(Tables.classes(student.omitted())),
                new Cell(DigitsSection.temperature(student.temperature()), student.temperature(), Mark.NONE),
                Cell.of(Format.COUNT, student.parameters()),
                Cell.of(Format.COUNT, student.epochs().size()),
                Cell.of(Format.MICROS, 1e6 * student.seconds()),
                Cell.of(Format.COUNT, student.test().errors()),
                omits ? Cell.defined(Format.PERCENT, student.test().recall(student.omitted())) : Cell.EMPTY,
                corrected
                        .map(c -> Cell.defined(Format.PERCENT, c.test().recall(c.classes()))
                                .marked(mark))
                        .orElse(Cell.EMPTY),
                corrected.map(c -> Cell.of(Format.COUNT, c.test().errors())).orElse(Cell.EMPTY),
                time(student.parameters()),
                latency().stream()
                        .filter(l -> l.parameters() == student.parameters())
                        .findFirst()
                        .map(l -> Cell.of(Format.RATIO, Tables.ratio(report, l)))
                        .orElse(Cell.EMPTY));
    }

    /** Of one image, by a model of so many parameters. */
    private Cell time(long parameters) {
        return latency().stream()
                .filter(l -> l.parameters() == parameters)
                .findFirst()
                .map(l -> Cell.of(Format.MICROS, l.medianMicros()))
                .orElse(Cell.EMPTY);
    }

    /** At batch 1 on the first engine. */
    private List<Report.Latency> latency() {
        return report.latency() == null
                ? List.of()
                : report.latency().stream()
                        .filter(l -> l.batch() == 1
                                && l.backend()
                                        .equals(report.latency().getFirst().backend()))
                        .toList();
    }
}
