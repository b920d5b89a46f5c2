package retort.driver.command;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Version;
import retort.driver.config.ExperimentFile;
import retort.driver.job.Recipe;
import retort.driver.job.Student;

/** Shows the recipes inside. */
@Command(
        name = "recipes",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Lists the recipes inside, or prints one: a TOML file to change and to run with --config.",
        footer = {"", "Examples:", "  retort recipes", "  retort recipes notebook > mine.toml"})
final class RecipesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            completionCandidates = JobValues.RecipeNames.class,
            description = "The recipe to print: notebook, hinton2015 or hinton2015-long.")
    private JobValues.RecipeName name;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (name != null) {
            out.print(ExperimentFile.text(name.id()));
        } else {
            ExperimentFile.RECIPES.forEach(
                    recipe -> out.print(text(ExperimentFile.recipe(recipe).recipe())));
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static String text(Recipe recipe) {
        String students = recipe.students().stream()
                .map(student -> String.format(
                        Locale.ROOT,
                        "  %-16s %,d parameters, %s%n",
                        student.name(),
                        student.training().architecture().parameterCount(),
                        learning(student)))
                .collect(Collectors.joining());
        return String.format(
                Locale.ROOT,
                "%s%n  %-16s %,d parameters, %s%n%s",
                recipe.name(),
                "teacher",
                recipe.teacher().architecture().parameterCount(),
                recipe.teacher().text(),
                students);
    }

    /** How a student learns, for people. */
    static String learning(Student student) {
        String omitted = student.omitted().isEmpty() ? "" : ", never sees " + JobValues.text(student.omitted());
        String temperature = student.method().distils() ? " at T = " + JobValues.text(student.temperature()) : "";
        return student.method().id() + temperature + omitted;
    }
}
