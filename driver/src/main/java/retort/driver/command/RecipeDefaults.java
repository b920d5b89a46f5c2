package retort.driver.command;

import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.driver.config.ExperimentFile;
import retort.driver.job.Recipe;
import retort.driver.job.Student;

/**
 * What recipes say where an option doesn't, for the descriptions of options: {@code ${bundle:recipe.epochs}} is "1;
 * hinton2015 40" for a command that has both. Recipes are read when help is printed, and not before.
 */
final class RecipeDefaults extends ResourceBundle {
    private static final Map<String, Function<Recipe, String>> VALUES = Map.of(
            "recipe.seed", recipe -> Long.toString(recipe.seed()),
            "recipe.omit", recipe -> ofStudents(recipe, student -> JobValues.text(student.omitted())),
            "recipe.temperature", recipe -> ofDistilling(recipe, student -> JobValues.text(student.temperature())),
            "recipe.method",
                    recipe -> ofDistilling(recipe, student -> student.method().id()),
            "recipe.epochs", recipe -> Integer.toString(recipe.teacher().epochs()),
            "recipe.student-epochs",
                    recipe -> ofStudents(
                            recipe,
                            student -> Integer.toString(student.training().epochs())),
            "recipe.batch", recipe -> Integer.toString(recipe.teacher().batch()),
            "recipe.optimizer", recipe -> recipe.teacher().descent().id(),
            "recipe.learning-rate",
                    recipe -> JobValues.text(recipe.teacher().descent().rate()));

    private final List<String> recipes;

    /** @param recipes that a command can have, the standard one first */
    RecipeDefaults(List<String> recipes) {
        this.recipes = recipes;
    }

    @Override
    protected Object handleGetObject(String key) {
        Function<Recipe, String> value = VALUES.get(key);
        if (value == null) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        recipes.forEach(recipe ->
                values.put(recipe, value.apply(ExperimentFile.recipe(recipe).recipe())));
        String standard = values.get(recipes.getFirst());
        return values.entrySet().stream()
                .filter(each -> !each.getValue().equals(standard))
                .map(each -> "; " + each.getKey() + " " + each.getValue())
                .collect(Collectors.joining("", standard, ""));
    }

    @Override
    public Enumeration<String> getKeys() {
        return Collections.enumeration(VALUES.keySet());
    }

    private static String ofDistilling(Recipe recipe, Function<Student, String> value) {
        return distinct(
                recipe.students().stream().filter(student -> student.method().distils()), value);
    }

    private static String ofStudents(Recipe recipe, Function<Student, String> value) {
        return distinct(recipe.students().stream(), value);
    }

    /** Nothing for a student is told as none: it has no part in the option. */
    private static String distinct(Stream<Student> students, Function<Student, String> value) {
        return students.map(value).filter(text -> !text.isEmpty()).distinct().collect(Collectors.joining(" or "));
    }
}
