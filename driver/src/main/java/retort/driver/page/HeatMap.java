package retort.driver.page;

import java.util.List;
import java.util.Locale;

/**
 * A table whose cells are the darker the more they stand for: readable as numbers, and as a picture.
 *
 * @param rows name of what the rows are, such as "true class"
 * @param columns name of what the columns are
 * @param cells row by row, from the top
 */
public record HeatMap(
        String caption,
        String rows,
        List<String> rowNames,
        String columns,
        List<String> columnNames,
        List<List<Cell>> cells)
        implements Block {
    /**
     * @param text written in the cell, may be empty
     * @param tip shown where the pointer rests, and read aloud
     * @param depth of the colour, 0 to 1
     */
    public record Cell(String text, String tip, double depth, Hue hue) {}

    /** What a cell's colour says. */
    public enum Hue {
        /** Right, or more of what is counted. */
        FIRST("h1"),
        /** Wrong, or less. */
        SECOND("h2");

        private final String style;

        Hue(String style) {
            this.style = style;
        }
    }

    /** From this depth on text is light on dark. */
    private static final double DEEP = 0.55;

    @Override
    public void write(Html html) {
        html.open("figure", "class", "heat").element("figcaption", caption);
        html.open("div", "class", "wide").open("table", "class", "heat");
        html.open("thead").open("tr").element("th", rows + " \\ " + columns, "class", "corner");
        columnNames.forEach(name -> html.element("th", name, "scope", "col"));
        html.close().close().open("tbody");
        for (int r = 0; r < cells.size(); r++) {
            html.open("tr").element("th", rowNames.get(r), "scope", "row");
            for (Cell cell : cells.get(r)) {
                html.element(
                        "td",
                        cell.text(),
                        "class",
                        cell.hue().style + (cell.depth() > DEEP ? " deep" : ""),
                        "style",
                        String.format(Locale.ROOT, "--d:%.3f", cell.depth()),
                        "title",
                        cell.tip());
            }
            html.close();
        }
        html.close().close().close().close();
    }
}
