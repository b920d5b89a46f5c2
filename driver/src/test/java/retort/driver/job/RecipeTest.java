package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.config.Experiment;
import retort.driver.config.ExperimentFile;
import retort.driver.data.ImageSet;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

class RecipeTest {
    private final Recipe recipe = ExperimentFile.recipe("notebook").recipe();

    @Test
    void theTeacherHas27413130Parameters() {
        // Filters and biases of 32 3x3 convolutions; 26 x 26 x 32 into 1,200, 1,200 into 1,200, 1,200 into 10.
        int expected = (9 * 32 + 32) + (21_632 * 1200 + 1200) + (1200 * 1200 + 1200) + (1200 * 10 + 10);
        assertEquals(27_413_130, expected);
        assertEquals(expected, parameters(recipe.teacher().architecture()));
        assertEquals(Shape.of(ImageSet.CLASSES), recipe.teacher().architecture().output());
    }

    @Test
    void theStudentHas8070Parameters() {
        int expected = (784 * 10 + 10) + (10 * 10 + 10) + (10 * 10 + 10);
        assertEquals(8_070, expected);
        assertEquals(expected, parameters(recipe.distilled().training().architecture()));
        assertEquals(
                Shape.of(ImageSet.CLASSES),
                recipe.distilled().training().architecture().output());
    }

    @Test
    void theNotebooksNumbersAreThese() {
        assertEquals("1 epoch of batch 32, adam 0.001", recipe.teacher().text());
        assertEquals(
                "3 epochs of batch 32, adam 0.001",
                recipe.distilled().training().text());
        assertEquals(List.of(0.5f, 0.5f), dropouts(recipe));
        assertEquals(Method.SOFT_TARGETS, recipe.distilled().method());
        assertEquals(3.5f, recipe.temperature());
        assertEquals(3.5f, recipe.ownTemperature());
        assertEquals(Set.of(3), recipe.distilled().omitted());
        assertEquals(3, recipe.distilled().folds());
    }

    @Test
    void thePapersNumbersAreThese() {
        Recipe paper = ExperimentFile.recipe("hinton2015").recipe();
        int teacher = (784 * 1200 + 1200) + (1200 * 1200 + 1200) + (1200 * 10 + 10);
        int student = (784 * 800 + 800) + (800 * 800 + 800) + (800 * 10 + 10);
        assertEquals(teacher, parameters(paper.teacher().architecture()));
        assertEquals(student, parameters(paper.distilled().training().architecture()));
        assertEquals(List.of(0.2f, 0.5f, 0.5f), dropouts(paper));
        assertEquals(2, paper.teacher().jitter());
        assertEquals(15, paper.teacher().maxNorm() * paper.teacher().maxNorm(), 1e-5);
        assertEquals(0, paper.distilled().training().jitter());
        assertEquals(Float.POSITIVE_INFINITY, paper.distilled().training().maxNorm());
        assertEquals(Method.SOFT_TARGETS, paper.distilled().method());
        assertEquals(20, paper.temperature());
        assertEquals(1, paper.ownTemperature());
        assertEquals(60_000, paper.trainedImages(60_000));
    }

    @Test
    void theLongRecipeHasThePapersNetworks() {
        Recipe paper = ExperimentFile.recipe("hinton2015").recipe();
        Recipe longer = ExperimentFile.recipe("hinton2015-long").recipe();
        assertEquals(
                parameters(paper.teacher().architecture()),
                parameters(longer.teacher().architecture()));
        assertEquals(
                paper.distilled().training().architecture(),
                longer.distilled().training().architecture());
        assertEquals(60_000, longer.trainedImages(60_000));
    }

    @Test
    void aFifthOfTheNotebooksTrainingImagesValidates() {
        assertEquals(48_000, recipe.trainedImages(60_000));
        assertEquals(4, recipe.trainedImages(5));
        assertEquals(4, recipe.trainedImages(4));
    }

    @Test
    void theStudentsAreThreeInBothRecipes() {
        for (String name : ExperimentFile.RECIPES) {
            Recipe each = ExperimentFile.recipe(name).recipe();
            assertEquals(name, each.name());
            assertEquals(
                    List.of("distilled", "hard-labels", "hard-labels-all"),
                    each.students().stream().map(Student::name).limit(3).toList());
            assertEquals(Set.of(), each.students().get(2).omitted());
            assertEquals(
                    each.seed(each.students().getFirst()),
                    each.seed(each.students().getLast()));
        }
    }

    @Test
    void theTemperatureOfDistillationIsTheTeachersOwnInTheNotebookOnly() {
        assertEquals(2, recipe.withTemperature(2).ownTemperature());
        assertEquals(
                1,
                ExperimentFile.recipe("hinton2015").recipe().withTemperature(2).ownTemperature());
    }

    @Test
    void aQuickRecipeHasFewerEpochsAndImages() {
        Experiment quick = ExperimentFile.recipe("notebook").forALook();
        assertEquals(1, quick.recipe().teacher().epochs());
        assertEquals(
                List.of("distilled-wide", "hard-labels-wide"),
                quick.recipe().students().stream().map(Student::name).toList());
        assertEquals(10, quick.recipe().distilled().training().epochs());
        assertEquals(Optional.of(10_000), quick.data().trainImages());
        Recipe paper = ExperimentFile.recipe("hinton2015").forALook().recipe();
        assertEquals(8, paper.teacher().epochs());
        assertEquals(10, paper.distilled().training().epochs());
    }

    private static List<Float> dropouts(Recipe of) {
        return of.teacher().architecture().layers().stream()
                .filter(Layer.Dropout.class::isInstance)
                .map(layer -> ((Layer.Dropout) layer).rate())
                .toList();
    }

    private static long parameters(Architecture architecture) {
        long parameters = 0;
        Shape shape = architecture.input();
        for (Layer layer : architecture.layers()) {
            parameters += switch (layer) {
                case Layer.Dense dense -> (long) shape.size() * dense.units() + dense.units();
                case Layer.Conv2D conv ->
                    (long) conv.kernelHeight() * conv.kernelWidth() * shape.extent(2) * conv.filters() + conv.filters();
                case Layer.ReLU relu -> 0;
                case Layer.Dropout dropout -> 0;
                case Layer.Flatten flatten -> 0;
                default -> throw new AssertionError(layer.text());
            };
            shape = layer.outputShape(shape);
        }
        return parameters;
    }
}
