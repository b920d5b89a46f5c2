package retort.driver.command;

import picocli.CommandLine.Option;
import retort.driver.data.Dataset;
import retort.driver.job.Recipe;

/** Which recipe. Subclasses add what a user can change of it, so that each command has the options that it uses. */
class RecipeOptions {
    /** The recipes there are. */
    enum Name {
        NOTEBOOK
    }

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "notebook",
            description = "notebook (default: ${DEFAULT-VALUE}).")
    private Name name = Name.NOTEBOOK;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            converter = Converters.PositiveReal.class,
            description = "T of softmax(logits / T) (default: 3.5).")
    private Float temperature;

    @Option(names = "--quick", description = "For a look: 6,000 training images, fewer latency calls.")
    private boolean quick;

    final boolean quick() {
        return quick;
    }

    /** What is used of a data set; where that is training images too, they are read now. */
    Dataset used(Dataset all) {
        return all;
    }

    /** The recipe with what the user changed. */
    Recipe recipe() {
        Recipe standard = switch (name) {
            case NOTEBOOK -> Recipe.notebook(0);
        };
        return standard.withTemperature(given(temperature, standard.temperature()));
    }

    static <T> T given(T option, T standard) {
        return option == null ? standard : option;
    }
}
