package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StepTimeTest {
    private long nanos;
    private int steps;

    @Test
    void aStepThatTakesLongerThanThereIsTimeIsMadeOnce() {
        assertEquals(100, mean(2, 100, 100));
        assertEquals(1, steps);
    }

    @Test
    void stepsOfTheWarmUpAreNotMeasured() {
        assertEquals(0.125, mean(2, 1.5, 0.125));
        assertEquals(1 + 4, steps);
    }

    @Test
    void whereTheWarmUpTakesAllTimeItsLastStepCounts() {
        assertEquals(1.25, mean(2, 1.25, 1.25));
        assertEquals(2, steps);
    }

    /** On a clock that only steps move. */
    private double mean(double seconds, double first, double others) {
        Runnable step = () -> nanos += (long) (1e9 * (steps++ == 0 ? first : others));
        return StepTime.mean(step, seconds, () -> nanos);
    }
}
