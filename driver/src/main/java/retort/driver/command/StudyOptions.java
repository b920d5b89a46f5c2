package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.config.Experiment;
import retort.driver.config.ExperimentFile;
import retort.driver.data.Dataset;
import retort.driver.job.Method;
import retort.driver.study.Hinton2015;
import retort.driver.study.Shard;

/** What every study has: seeds, a share of the work, and the trainings of the paper with what the user changed. */
final class StudyOptions implements RecipeSource {
    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            completionCandidates = JobValues.PaperRecipes.class,
            description =
                    "How all are trained: hinton2015, or hinton2015-long, which takes longer and makes fewer errors"
                            + " (default: hinton2015).")
    private JobValues.RecipeName recipe = new JobValues.RecipeName(Hinton2015.NAME);

    @Option(
            names = "--seeds",
            paramLabel = "SEEDS",
            defaultValue = "1",
            description = "How many, from 0 on; or which, such as 0-4 or 3,5 (default: ${DEFAULT-VALUE}).")
    private JobValues.Seeds seeds;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Do share I of N, counted from 0; 'retort study merge' joins them.")
    private Shard shard = Shard.WHOLE;

    @Option(
            names = "--teacher",
            paramLabel = "FILE",
            description = "A saved model to teach in every seed (default: one is trained for each).")
    private Path teacher;

    @Option(
            names = "--teachers",
            paramLabel = "DIR",
            description = "Each seed's teacher from the folder of a study that trained it (default: trained here).")
    private Path teachers;

    @Option(names = "--teachers-only", description = "Train the teachers, and no students: for shards with --teachers.")
    private boolean teachersOnly;

    @Mixin
    private RecipeOptions.OfTeacher ofTeacher;

    @Mixin
    private RecipeOptions.OfTraining training;

    @Mixin
    private ViewOptions views;

    @Mixin
    private CorrectionOptions correction;

    @Option(names = "--quick", description = "For a look: a fifth of the epochs.")
    private boolean quick;

    List<Long> seeds() {
        return seeds.numbers();
    }

    Shard shard() {
        return shard;
    }

    /** The teacher that the user gave, or null. */
    Path teacher() {
        return teacher;
    }

    /** The folder of a study that has the teachers, or null. */
    Path teachers() {
        return teachers;
    }

    boolean teachersOnly() {
        return teachersOnly;
    }

    @Override
    public void check(CommandSpec command) {
        if (teacher != null && (teachers != null || teachersOnly) || teachers != null && teachersOnly) {
            throw new ParameterException(
                    command.commandLine(), "--teacher, --teachers and --teachers-only exclude each other");
        }
        if (teachersOnly && !shard.equals(Shard.WHOLE)) {
            throw new ParameterException(
                    command.commandLine(), "--teachers-only trains the teachers of all shares, without --shard");
        }
        if (!Hinton2015.RECIPES.contains(recipe.id())) {
            throw new ParameterException(
                    command.commandLine(),
                    "--recipe=" + recipe.id() + " is not for studies, expected one of "
                            + String.join(", ", Hinton2015.RECIPES));
        }
        training.check(command, recipe());
    }

    /** @throws ParameterException if an option on views would do nothing */
    void checkViews(CommandSpec command, List<Method> methods) {
        views.check(command, methods, recipe().students());
    }

    /** @throws ParameterException if an option on corrections would do nothing */
    void checkCorrections(CommandSpec command, List<Set<Integer>> omitted) {
        correction.check(command, omitted);
    }

    @Override
    public boolean quick() {
        return quick;
    }

    @Override
    public Dataset used(Dataset all) {
        Experiment used = experiment();
        return used.data().trained(all, used.recipe().seed());
    }

    /** For a look a fifth of the epochs, and all images. */
    @Override
    public Experiment experiment() {
        Experiment paper = ExperimentFile.recipe(recipe.id());
        Experiment standard = quick ? paper.forALook().withData(paper.data()) : paper;
        return standard.withRecipe(
                        views.changed(correction.added(ofTeacher.changed(training.changed(standard.recipe())))))
                .withData(training.changed(standard.data()));
    }
}
