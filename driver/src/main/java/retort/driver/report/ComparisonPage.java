package retort.driver.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import retort.driver.cli.Json;
import retort.driver.cli.OutputFolder;
import retort.driver.page.Block;
import retort.driver.page.Format;
import retort.driver.page.Page;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;
import retort.driver.statistics.ContestTable;

/** A comparison as a page to look at, and as JSON and CSV. */
public final class ComparisonPage {
    private ComparisonPage() {}

    /** Writes all of them, each whole or not at all, and names them, the page first. */
    public static List<Path> write(Comparison comparison, OutputFolder folder) {
        Path json = folder.write("comparison.json", Json.text(comparison) + "\n");
        Path csv = folder.write(
                "comparison.csv", table(comparison, comparison.all().toList()).csv());
        return List.of(folder.write("comparison.html", html(comparison)), json, csv);
    }

    static String html(Comparison comparison) {
        List<Block> reports = IntStream.range(0, comparison.reports().size())
                .mapToObj(i -> Block.text(
                        ComparisonText.letter(i) + ": " + comparison.reports().get(i)))
                .toList();
        return new Page("Retort compare")
                .sentence(sentence(comparison))
                .section("Reports", reports)
                .section("Configuration", differingFirst(comparison, comparison.configuration()))
                .section("Environment", differingFirst(comparison, comparison.environment()))
                .section("Results", differingFirst(comparison, comparison.results()))
                .section("Image for image", tests(comparison))
                .html();
    }

    private static String sentence(Comparison comparison) {
        return String.format(
                Locale.ROOT,
                "%d reports; differences: %d in configuration, %d in environment, %d in results.",
                comparison.reports().size(),
                differing(comparison.configuration()),
                differing(comparison.environment()),
                differing(comparison.results()));
    }

    private static long differing(List<Comparison.Row> rows) {
        return rows.stream().filter(Comparison.Row::differs).count();
    }

    private static List<Block> differingFirst(Comparison comparison, List<Comparison.Row> rows) {
        List<Comparison.Row> sorted = rows.stream()
                .sorted(Comparator.comparing(row -> !row.differs()))
                .toList();
        return rows.isEmpty() ? List.of() : List.of(table(comparison, sorted));
    }

    private static List<Block> tests(Comparison comparison) {
        if (comparison.tests() == null) {
            return List.of();
        }
        Table.Builder table = Table.of("", "model", "images", "A alone wrong", "B alone wrong", "p", "p of all", "");
        for (PairedTests.Outcome each : comparison.tests()) {
            table.row(
                    Cell.of(each.model()),
                    Cell.of(Format.COUNT, each.images()),
                    Cell.of(Format.COUNT, each.onlyA()),
                    Cell.of(Format.COUNT, each.onlyB()),
                    ContestTable.p(each.p()),
                    ContestTable.p(each.adjusted()),
                    Cell.of(each.text()).marked(each.better() == null ? Table.Mark.NONE : Table.Mark.STRONG));
        }
        return List.of(
                table.build(),
                Block.text(
                        "Both on the same test images. p is that of McNemar's exact test; the last p is raised for as many"
                                + " models as stand here (Holm), and only below 0.05 one is called better."));
    }

    private static Table table(Comparison comparison, List<Comparison.Row> rows) {
        List<String> header = new ArrayList<>(List.of("what"));
        IntStream.range(0, comparison.reports().size()).forEach(i -> header.add(ComparisonText.letter(i)));
        boolean two = rows.stream().anyMatch(row -> row.quotient().isPresent());
        if (two) {
            header.add("B / A");
        }
        Table.Builder table = Table.of("", header.toArray(String[]::new));
        for (Comparison.Row row : rows) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.of(row.name()));
            for (int i = 0; i < row.values().size(); i++) {
                Object value = row.values().get(i);
                Cell cell = value == null ? Cell.EMPTY : new Cell(row.text(i), value, Table.Mark.NONE);
                cells.add(row.differs() ? cell.marked(Table.Mark.STRONG) : cell);
            }
            if (two) {
                cells.add(Cell.of(Format.RATIO, row.differs() ? row.quotient().orElse(null) : null));
            }
            table.row(cells);
        }
        return table.build();
    }
}
