package retort.driver.command;

import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.driver.job.Recipe;

/** Which recipe. Subclasses add what a user can change of it, so that each command has the options that it uses. */
class RecipeOptions extends RecipeSource {
    /** The recipes there are. */
    enum Name {
        NOTEBOOK,
        HINTON2015
    }

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "notebook",
            description = "notebook, or hinton2015: the paper's wide students (default: ${DEFAULT-VALUE}).")
    private Name name = Name.NOTEBOOK;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            converter = Converters.PositiveReal.class,
            description =
                    "T of the soft labels (default: 3.5, which the notebook uses for all softmaxes; hinton2015 20).")
    private Float temperature;

    @Option(names = "--quick", description = "For a look: 6,000 training images, few epochs, fewer latency calls.")
    private boolean quick;

    @Override
    final boolean quick() {
        return quick;
    }

    @Override
    Recipe recipe() {
        Recipe full = switch (name) {
            case NOTEBOOK -> Recipe.notebook();
            case HINTON2015 -> Recipe.hinton2015();
        };
        Recipe standard = quick ? full.quick() : full;
        return standard.withTemperature(given(temperature, standard.temperature()));
    }
}
