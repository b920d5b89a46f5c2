package retort.driver.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import retort.driver.config.Experiment;
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
     * Holds the options against each other.
     *
     * @throws ParameterException if one of them would do nothing
     */
    default void check(CommandSpec command) {}

    static <T> T given(T option, T standard) {
        return option == null ? standard : option;
    }
}
