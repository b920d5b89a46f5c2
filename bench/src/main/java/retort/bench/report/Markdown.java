package retort.bench.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import retort.driver.page.Table;

/** A text in Markdown, line by line. */
public final class Markdown {
    private final StringBuilder text = new StringBuilder();

    public Markdown line(String line) {
        text.append(line).append('\n');
        return this;
    }

    /** Between empty lines. */
    public Markdown heading(int level, String title) {
        return line("").line("#".repeat(level) + " " + title).line("");
    }

    /** Header and rows of a table, without its caption. */
    public Markdown table(Table table) {
        row(table.header());
        line(IntStream.range(0, table.header().size())
                .mapToObj(column -> column > 0 && table.isNumeric(column) ? "---:" : "---")
                .collect(Collectors.joining(" | ", "| ", " |")));
        table.rows().forEach(row -> row(row.stream().map(Table.Cell::text).toList()));
        return this;
    }

    private void row(List<String> cells) {
        line(cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |")));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
