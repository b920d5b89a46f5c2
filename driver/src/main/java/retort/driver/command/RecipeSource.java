package retort.driver.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import retort.driver.data.Dataset;
import retort.driver.job.Recipe;

/** A recipe as a command's options have it, and what it is used on. */
interface RecipeSource {
    /** The recipe with what the user changed. */
    Recipe recipe();

    boolean quick();

    /** What is used of a data set; where that is training images too, they are read now. */
    default Dataset used(Dataset all) {
        return all;
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
