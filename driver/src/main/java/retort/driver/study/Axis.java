package retort.driver.study;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** What cells of a sweep differ in, beside their seed. */
enum Axis {
    TEMPERATURE(
            "temperature",
            cell -> Cell.number(cell.temperature()),
            Comparator.comparing(Study.CellResult::temperature)),
    WIDTH("width", cell -> Integer.toString(cell.width()), Comparator.comparing(Study.CellResult::width)),
    OMITTED(
            "omitted",
            cell -> Cell.classes(cell.omitted()),
            Comparator.comparing(cell -> Cell.classes(cell.omitted()))),
    METHOD("method", Study.CellResult::method, Comparator.comparing(Study.CellResult::method));

    private final String title;
    private final Function<Study.CellResult, String> value;
    private final Comparator<Study.CellResult> order;

    Axis(String title, Function<Study.CellResult, String> value, Comparator<Study.CellResult> order) {
        this.title = title;
        this.value = value;
        this.order = order;
    }

    String title() {
        return title;
    }

    String of(Study.CellResult cell) {
        return value.apply(cell);
    }

    /** The values that some cells have on this axis, in order. */
    List<String> values(List<Study.CellResult> cells) {
        return cells.stream().sorted(order).map(value).distinct().toList();
    }
}
