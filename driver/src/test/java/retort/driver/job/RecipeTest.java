package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;
import retort.kernels.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

class RecipeTest {
    private final Recipe recipe = Recipe.notebook(7);

    @Test
    void theTeacherHas27413130Parameters() {
        // Filters and biases of 32 3x3 convolutions; 26 x 26 x 32 into 1,200, 1,200 into 1,200, 1,200 into 10.
        int expected = (9 * 32 + 32) + (21_632 * 1200 + 1200) + (1200 * 1200 + 1200) + (1200 * 10 + 10);
        assertEquals(27_413_130, expected);
        assertEquals(expected, parameters(recipe.teacher()));
        assertEquals(Shape.of(ImageSet.CLASSES), recipe.teacher().output());
    }

    @Test
    void theStudentHas8070Parameters() {
        int expected = (784 * 10 + 10) + (10 * 10 + 10) + (10 * 10 + 10);
        assertEquals(8_070, expected);
        assertEquals(expected, parameters(recipe.student()));
        assertEquals(Shape.of(ImageSet.CLASSES), recipe.student().output());
    }

    @Test
    void theNotebooksNumbersAreThese() {
        assertEquals(new Recipe("notebook", 3.5f, Set.of(3), 1, 3, 3, 32, 1e-3f, 7), recipe);
        List<Layer> dropouts = recipe.teacher().layers().stream()
                .filter(Layer.Dropout.class::isInstance)
                .toList();
        assertEquals(List.of(new Layer.Dropout(0.5f), new Layer.Dropout(0.5f)), dropouts);
    }

    @Test
    void aFifthOfTheTrainingImagesValidates() {
        assertEquals(48_000, Recipe.trainedImages(60_000));
        assertEquals(4, Recipe.trainedImages(5));
        assertEquals(4, Recipe.trainedImages(4));
    }

    @Test
    void eachChangeKeepsTheRest() {
        Recipe changed = recipe.withTemperature(2)
                .withTraining(64, 0.1f, 9)
                .withStudents(Set.of(8, 7), 5)
                .withTeacherEpochs(4);
        assertEquals(new Recipe("notebook", 2, Set.of(7, 8), 4, 5, 3, 64, 0.1f, 9), changed);
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
