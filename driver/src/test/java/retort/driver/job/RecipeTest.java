package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

class RecipeTest {
    private final Recipe recipe = Recipe.notebook();

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
        assertEquals(expected, parameters(recipe.student().architecture()));
        assertEquals(Shape.of(ImageSet.CLASSES), recipe.student().architecture().output());
    }

    @Test
    void theNotebooksNumbersAreThese() {
        assertEquals("1 epoch of batch 32, adam 0.001", recipe.teacher().text());
        assertEquals("3 epochs of batch 32, adam 0.001", recipe.student().text());
        assertEquals(List.of(0.5f, 0.5f), dropouts(recipe));
        assertEquals(Method.SOFT_TARGETS, recipe.method());
        assertEquals(3.5f, recipe.temperature());
        assertEquals(3.5f, recipe.ownTemperature());
        assertEquals(Set.of(3), recipe.omitted());
        assertEquals(3, recipe.folds());
    }

    @Test
    void thePapersNumbersAreThese() {
        Recipe paper = Recipe.hinton2015();
        int teacher = (784 * 1200 + 1200) + (1200 * 1200 + 1200) + (1200 * 10 + 10);
        int student = (784 * 800 + 800) + (800 * 800 + 800) + (800 * 10 + 10);
        assertEquals(teacher, parameters(paper.teacher().architecture()));
        assertEquals(student, parameters(paper.student().architecture()));
        assertEquals(List.of(0.2f, 0.5f, 0.5f), dropouts(paper));
        assertEquals(2, paper.teacher().jitter());
        assertEquals(15, paper.teacher().maxNorm() * paper.teacher().maxNorm(), 1e-5);
        assertEquals(0, paper.student().jitter());
        assertEquals(Float.POSITIVE_INFINITY, paper.student().maxNorm());
        assertEquals(Method.SOFT_TARGETS, paper.method());
        assertEquals(20, paper.temperature());
        assertEquals(1, paper.ownTemperature());
        assertEquals(60_000, paper.trainedImages(60_000));
    }

    @Test
    void aFifthOfTheNotebooksTrainingImagesValidates() {
        assertEquals(48_000, recipe.trainedImages(60_000));
        assertEquals(4, recipe.trainedImages(5));
        assertEquals(4, recipe.trainedImages(4));
    }

    @Test
    void theTemperatureOfDistillationIsTheTeachersOwnInTheNotebookOnly() {
        assertEquals(2, recipe.withTemperature(2).ownTemperature());
        assertEquals(1, Recipe.hinton2015().withTemperature(2).ownTemperature());
    }

    @Test
    void aQuickRecipeHasAFifthOfManyEpochsAndAllOfFew() {
        assertEquals(1, recipe.quick().teacher().epochs());
        assertEquals(3, recipe.quick().student().epochs());
        Recipe paper = Recipe.hinton2015();
        assertEquals(paper.teacher().epochs() / 5, paper.quick().teacher().epochs());
        assertEquals(paper.student().epochs() / 5, paper.quick().student().epochs());
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
            };
            shape = layer.outputShape(shape);
        }
        return parameters;
    }
}
