package retort.driver.study;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import retort.driver.job.Method;

/** What cells of a study differ in, beside their seed. */
enum Factor {
    TEMPERATURE(
            "temperature",
            cell -> Cell.number(cell.temperature()),
            Comparator.comparing(Study.CellResult::temperature)),
    WIDTH("width", cell -> Integer.toString(cell.width()), Comparator.comparing(Study.CellResult::width)),
    OMITTED(
            "omitted",
            cell -> Cell.classes(cell.omitted()),
            Comparator.comparing(cell -> Cell.classes(cell.omitted()))),
    /** Of a pair, see {@link #of(List)}. */
    FIRST_OMITTED("omitted", cell -> first(cell).toString(), Comparator.comparing(Factor::first)),
    SECOND_OMITTED("and", cell -> second(cell).toString(), Comparator.comparing(Factor::second)),
    METHOD("method", Factor::method, Comparator.comparing(Factor::method));

    private final String title;
    private final Function<Study.CellResult, String> value;
    private final Comparator<Study.CellResult> order;

    Factor(String title, Function<Study.CellResult, String> value, Comparator<Study.CellResult> order) {
        this.title = title;
        this.value = value;
        this.order = order;
    }

    /**
     * The factors of these cells: where each omits two classes, one for either, as a square is easier read than a long
     * row.
     */
    static List<Factor> of(List<Study.CellResult> cells) {
        boolean pairs = cells.stream().allMatch(cell -> cell.omitted().size() == 2);
        return pairs
                ? List.of(TEMPERATURE, WIDTH, FIRST_OMITTED, SECOND_OMITTED, METHOD)
                : List.of(TEMPERATURE, WIDTH, OMITTED, METHOD);
    }

    private static Integer first(Study.CellResult cell) {
        return cell.omitted().getFirst();
    }

    private static Integer second(Study.CellResult cell) {
        return cell.omitted().getLast();
    }

    /** Students of different mixtures are not of one method. */
    private static String method(Study.CellResult cell) {
        boolean mixed = cell.method().equals(Method.SOFT_AND_HARD.id());
        return mixed ? cell.method() + " " + Cell.number(cell.alpha()) : cell.method();
    }

    String title() {
        return title;
    }

    String of(Study.CellResult cell) {
        return value.apply(cell);
    }

    /** Whether its values are numbers, so that a line can go through them. */
    boolean isNumeric() {
        return this == TEMPERATURE || this == WIDTH;
    }

    /** Whether it is one class of a pair. */
    boolean isOfPair() {
        return this == FIRST_OMITTED || this == SECOND_OMITTED;
    }

    /** The values that some cells have of it, in order. */
    List<String> values(List<Study.CellResult> cells) {
        return cells.stream().sorted(order).map(value).distinct().toList();
    }
}
