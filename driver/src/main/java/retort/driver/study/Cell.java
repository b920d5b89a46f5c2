package retort.driver.study;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;

/**
 * One student of a study: all that sets it apart from the others, so that its result follows from this and the study's
 * settings alone.
 *
 * @param temperature T of the distillation; 1 for a method without a teacher, where it has no part
 * @param alpha share of the true labels; see {@link Method#loss}
 * @param width of both hidden layers
 * @param omitted classes that it never sees, in order
 */
public record Cell(Method method, float temperature, float alpha, int width, Set<Integer> omitted, long seed) {
    public Cell {
        omitted = new TreeSet<>(omitted);
        temperature = method.distils() ? temperature : 1;
    }

    /** For example {@code soft-targets-T20-w800-omit7+8-seed0}. */
    public String id() {
        String share = method == Method.SOFT_AND_HARD ? "-alpha" + number(alpha) : "";
        String at = method.distils() ? "-T" + number(temperature) : "";
        return method.id() + share + at + "-w" + width + "-omit" + classes(omitted) + "-seed" + seed;
    }

    /** This student, of a study's recipe. */
    Student student(Recipe ofStudy) {
        Student standard = method.distils() ? ofStudy.distilled() : ofStudy.labelled();
        return standard.withName(id())
                .withTraining(standard.training().withArchitecture(ofStudy.twoHidden(width)))
                .withMethod(method, alpha)
                .withTemperature(temperature)
                .withOmitted(omitted);
    }

    /** A set of classes as users write it: {@code 7+8}, or none. */
    public static String classes(Collection<Integer> classes) {
        return classes.isEmpty()
                ? "none"
                : classes.stream().sorted().map(String::valueOf).collect(Collectors.joining("+"));
    }

    /** Without a fraction where there is none. */
    static String number(float value) {
        return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
    }
}
