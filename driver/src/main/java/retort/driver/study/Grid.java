package retort.driver.study;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import retort.driver.job.Method;

/**
 * A sweep: every combination of its axes.
 *
 * @param alpha that the user asks for, see {@link Method#alpha(float)}
 */
public record Grid(
        List<Method> methods,
        List<Float> temperatures,
        float alpha,
        List<Integer> widths,
        List<Set<Integer>> omitted,
        List<Long> seeds) {
    public static final String NAME = "sweep";

    /** The cells, in groups of one seed; one that the axes name twice is there once. */
    public List<Cell> cells() {
        return seeds.stream().flatMap(this::cells).distinct().toList();
    }

    private Stream<Cell> cells(long seed) {
        return methods.stream()
                .flatMap(method -> omitted.stream()
                        .flatMap(classes -> widths.stream()
                                .flatMap(width -> temperatures.stream()
                                        .map(temperature -> new Cell(
                                                method, temperature, method.alpha(alpha), width, classes, seed)))));
    }
}
