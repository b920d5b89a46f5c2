package retort.driver.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows of cells below a header: on a page for people, as CSV for programs.
 *
 * @param caption may be empty
 */
public record Table(String caption, List<String> header, List<List<Cell>> rows) implements Block {
    /**
     * One cell.
     *
     * @param text for people
     * @param value for programs, a number or text
     * @param mark what sets the cell apart on a page
     */
    public record Cell(String text, Object value, Mark mark) {
        /** Where a number has no place. */
        public static final Cell EMPTY = new Cell("", "", Mark.NONE);

        /** Where a number has its place, but is not defined: a share of nothing. */
        public static final Cell NONE = of("-");

        public static Cell of(String text) {
            return new Cell(text, text, Mark.NONE);
        }

        /** A number, or nothing where there is none. */
        public static Cell of(Format format, Number value) {
            return value == null ? EMPTY : new Cell(format.of(value.doubleValue()), value, Mark.NONE);
        }

        /** A number, or a dash where none is defined. */
        public static Cell defined(Format format, Number value) {
            return value == null ? NONE : of(format, value);
        }

        public Cell marked(Mark other) {
            return new Cell(text, value, other);
        }

        private boolean isNumber() {
            return value instanceof Number;
        }
    }

    /** What sets a cell apart. */
    public enum Mark {
        NONE,
        GOOD,
        BAD,
        STRONG
    }

    public Table {
        header = List.copyOf(header);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<Cell> row : rows) {
            if (row.size() != header.size()) {
                throw new IllegalArgumentException(
                        "table: a row of " + row.size() + " cells, expected " + header.size());
            }
        }
    }

    /** Rows that are added one by one. */
    public static Builder of(String caption, String... header) {
        return new Builder(caption, List.of(header));
    }

    /** A table in the making. */
    public static final class Builder {
        private final String caption;
        private final List<String> header;
        private final List<List<Cell>> rows = new ArrayList<>();

        private Builder(String caption, List<String> header) {
            this.caption = caption;
            this.header = header;
        }

        public Builder row(Cell... cells) {
            return row(List.of(cells));
        }

        public Builder row(List<Cell> cells) {
            rows.add(cells);
            return this;
        }

        public Table build() {
            return new Table(caption, header, rows);
        }
    }

    @Override
    public void write(Html html) {
        html.open("div", "class", "wide").open("table");
        if (!caption.isEmpty()) {
            html.element("caption", caption);
        }
        html.open("thead").open("tr");
        for (int column = 0; column < header.size(); column++) {
            html.element("th", header.get(column), "scope", "col", "class", isNumeric(column) ? "number" : "");
        }
        html.close().close().open("tbody");
        rows.forEach(row -> write(row, html));
        html.close().close().close();
    }

    private static void write(List<Cell> row, Html html) {
        html.open("tr");
        for (int column = 0; column < row.size(); column++) {
            Cell cell = row.get(column);
            String look = (cell.isNumber() ? "number " : "")
                    + (cell.mark() == Mark.NONE ? "" : cell.mark().name().toLowerCase(Locale.ROOT));
            if (column == 0) {
                html.element("th", cell.text(), "scope", "row", "class", look.strip());
            } else {
                html.element("td", cell.text(), "class", look.strip());
            }
        }
        html.close();
    }

    /** Whether a column holds numbers. */
    public boolean isNumeric(int column) {
        return rows.stream().map(row -> row.get(column)).anyMatch(Cell::isNumber);
    }

    /** The same without some columns. */
    public Table without(String... columns) {
        List<String> gone = List.of(columns);
        List<Integer> kept = IntStream.range(0, header.size())
                .filter(column -> !gone.contains(header.get(column)))
                .boxed()
                .toList();
        return new Table(
                caption,
                kept.stream().map(header::get).toList(),
                rows.stream().map(row -> kept.stream().map(row::get).toList()).toList());
    }

    /** The same with other names of columns. */
    public Table named(String... columns) {
        return new Table(caption, List.of(columns), rows);
    }

    /** Columns for a terminal, two spaces between them; a line for the header and one for each row. */
    public List<String> lines() {
        int[] widths = new int[header.size()];
        for (int column = 0; column < widths.length; column++) {
            int at = column;
            widths[column] = rows.stream()
                    .mapToInt(row -> row.get(at).text().length())
                    .reduce(header.get(column).length(), Math::max);
        }
        Stream<List<String>> texts =
                rows.stream().map(row -> row.stream().map(Cell::text).toList());
        return Stream.concat(Stream.of(header), texts)
                .map(row -> line(row, widths))
                .toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String gap = " ".repeat(widths[column] - row.get(column).length());
            boolean right = isNumeric(column);
            line.append(right ? gap : "")
                    .append(row.get(column))
                    .append(right ? "" : gap)
                    .append("  ");
        }
        return line.toString().stripTrailing();
    }

    /** As RFC 4180 has it, lines ended by a line feed; numbers with all their digits. */
    public String csv() {
        StringBuilder csv = new StringBuilder();
        csv.append(header.stream().map(Table::quoted).collect(Collectors.joining(",")))
                .append('\n');
        for (List<Cell> row : rows) {
            csv.append(row.stream()
                            .map(cell -> quoted(Objects.toString(cell.value())))
                            .collect(Collectors.joining(",")))
                    .append('\n');
        }
        return csv.toString();
    }

    /** A field of such a file. */
    public static String quoted(String field) {
        return field.matches("[^,\"\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
