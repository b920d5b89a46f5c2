package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurveTest {
    /** Of two examples each: a loss that is the step's number, and every other class met. */
    private static float[] outcomes(int step) {
        return new float[] {step, 1, step, 0};
    }

    @Test
    void aPointIsTheMeanOfTheStepsSinceTheOneBefore() {
        Curve curve = new Curve(800, Curve.State.begin());
        for (int step = 1; step <= 8; step++) {
            curve.step(outcomes(step), 0, 2);
        }
        assertEquals(List.of(new Epoch.Point(4, 2.5, 0.5), new Epoch.Point(8, 6.5, 0.5)), curve.points());
        curve.nextEpoch();
        assertEquals(List.of(), curve.points());
    }

    @Test
    void goesOnFromWhereItWas() {
        Curve curve = new Curve(800, Curve.State.begin());
        for (int step = 1; step <= 8; step++) {
            curve.step(outcomes(step), 0, 2);
            curve = new Curve(800, curve.state());
        }
        assertEquals(List.of(new Epoch.Point(4, 2.5, 0.5), new Epoch.Point(8, 6.5, 0.5)), curve.points());
    }

    /** A step of one example counts as one beside steps of two. */
    @Test
    void theLastStepOfAnEpochMayBeSmaller() {
        Curve curve = new Curve(400, Curve.State.begin());
        curve.step(outcomes(1), 0, 2);
        curve.step(outcomes(4), 1, 2);
        assertEquals(List.of(new Epoch.Point(2, 2, 1 / 3.0)), curve.points());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "200, 200", "201, 100", "1500, 187", "5052, 194", "2000000, 200"})
    void aTrainingHasAboutTwoHundredPoints(int steps, int points) {
        Curve curve = new Curve(steps, Curve.State.begin());
        for (int step = 1; step <= steps; step++) {
            curve.step(new float[] {1, 1}, 0, 1);
        }
        assertEquals(points, curve.points().size());
    }
}
