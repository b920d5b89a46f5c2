package retort.driver.command;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import retort.driver.config.Experiment;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.job.Recipe;

/** An experiment as a command's options have it. */
interface RecipeSource {
    /** The experiment with what the user changed. */
    Experiment experiment();

    default Recipe recipe() {
        return experiment().recipe();
    }

    boolean quick();

    /** What is used of a data set; where that is training images too, they are read now. */
    default Dataset used(Dataset all) {
        return all;
    }

    /**
     * The experiment on a data set: its networks take the set's images and tell its classes apart.
     *
     * @throws BadDataException if one of them can't
     */
    default Experiment fitted(Dataset data) {
        Experiment experiment = experiment();
        try {
            return experiment.withRecipe(experiment.recipe().fitted(data.shape(), data.classes()));
        } catch (IllegalArgumentException e) {
            throw new BadDataException(data.name(), e.getMessage());
        }
    }

    /**
     * Holds what students omit against the classes that there are.
     *
     * @throws ParameterException if one omits a class that there is not, or all
     */
    static void checkOmitted(CommandSpec command, Dataset data, List<Set<Integer>> omitted) {
        int classes = data.classes();
        for (Set<Integer> each : omitted) {
            String all = each.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
            if (each.stream().anyMatch(c -> c >= classes)) {
                throw new ParameterException(
                        command.commandLine(),
                        "--omit=" + all + ": " + data.name() + " has the classes 0 to " + (classes - 1)
                                + "; --omit=none omits none");
            }
            if (each.size() == classes) {
                throw new ParameterException(command.commandLine(), "--omit=" + all + " leaves no class to learn");
            }
        }
    }

    /**
     * Holds the options against each other.
     *
     * @throws ParameterException if one of them would do nothing
     */
    default void check(CommandSpec command) {}

    static <T> T given(T option, T standard) {
        return option == null ? standard : option;
    }
}
