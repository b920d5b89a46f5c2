package retort.driver.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;

/** What a user should know of a data set before anything is trained on it, a sentence each. */
public final class Remarks {
    private final Dataset data;
    private final List<String> found;

    private Remarks(Dataset data) {
        this.data = data;
        this.found = new ArrayList<>(data.remarks());
    }

    /**
     * @param recipe whose teacher is trained
     * @param students those that are trained
     */
    public static List<String> of(Dataset data, Recipe recipe, List<Student> students) {
        Remarks remarks = new Remarks(data);
        remarks.validation(recipe);
        remarks.students(recipe, students);
        return remarks.found;
    }

    /** Where no teacher is trained. */
    public static List<String> ofStudents(Dataset data, Recipe recipe, List<Student> students) {
        Remarks remarks = new Remarks(data);
        remarks.students(recipe, students);
        return remarks.found;
    }

    private void validation(Recipe recipe) {
        Examples all = Examples.labelled(data.train());
        if (recipe.validating(all).stratified()) {
            say(
                    "the last %,d of %,d training images don't hold every class in proportion, so those that validate the "
                            + "teacher are a stratified draw by the seed",
                    all.size() - recipe.trainedImages(all.size()), all.size());
        }
    }

    private void students(Recipe recipe, List<Student> students) {
        Set<Integer> trained = classes(data.train());
        Set<Integer> lacking = classes(data.test());
        lacking.removeAll(trained);
        if (!lacking.isEmpty()) {
            say("no training image is of %s, but some test images are", text(lacking));
        }
        for (Student student : students) {
            Set<Integer> absent = new TreeSet<>(student.omitted());
            absent.removeAll(trained);
            if (!absent.isEmpty()) {
                say("no training image is of %s, so that %s loses nothing without it", text(absent), student.name());
            }
            boolean validated = student.folds() > 0 && !student.omitted().containsAll(trained);
            if (validated
                    && student.folds(Examples.labelled(data.train()).without(student.omitted()), recipe.seed(student))
                            .stratified()) {
                say(
                        "stretches of the training images don't hold every class in proportion, so the folds of %s are "
                                + "stratified draws by the seed",
                        student.name());
            }
        }
    }

    private static Set<Integer> classes(ImageSet images) {
        Set<Integer> classes = new TreeSet<>();
        for (int i = 0; i < images.size(); i++) {
            classes.add(images.label(i));
        }
        return classes;
    }

    private static String text(Set<Integer> classes) {
        return classes.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private void say(String format, Object... values) {
        found.add(data.name() + ": " + String.format(Locale.ROOT, format, values));
    }
}
