package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.job.Method;
import retort.driver.job.Recipe;

class CellTest {
    private static final Recipe STUDY = Recipe.hinton2015();

    @Test
    void itsRecipeIsTheStudysButForWhatItSays() {
        Cell cell = new Cell(Method.SOFT_AND_HARD, 8, 0.3f, 30, Set.of(7, 8), 5);
        Recipe recipe = cell.recipe(STUDY);
        assertEquals(Method.SOFT_AND_HARD, recipe.method());
        assertEquals(8, recipe.temperature());
        assertEquals(0.3f, recipe.alpha());
        assertEquals(Set.of(7, 8), recipe.omitted());
        assertEquals(5, recipe.seed());
        assertEquals(STUDY.student().withArchitecture(Recipe.student(30)), recipe.student());
        assertEquals(STUDY.ownTemperature(), recipe.ownTemperature());
        assertEquals(STUDY.teacher(), recipe.teacher());
    }

    @Test
    void trueLabelsAreLearnedAtATemperatureOfOne() {
        Recipe recipe = new Cell(Method.HARD_LABELS, 20, 1, 800, Set.of(), 0).recipe(STUDY);
        assertEquals(1, recipe.temperature());
        assertEquals(1, recipe.ownTemperature());
    }
}
