package retort.kernels.engine;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A number that kernels are made with, which decides how fast they are; an engine has an enum of them. */
public interface KernelParameter {
    /** Its key in a file. */
    String name();

    /** What it means, in one line. */
    String meaning();

    /** In ascending order. */
    int[] legal();

    default boolean isLegal(int value) {
        return IntStream.of(legal()).anyMatch(each -> each == value);
    }

    /** For messages: {@code 1, 2, 4}. */
    default String legalValues() {
        return Arrays.stream(legal()).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }
}
