package retort.bench.performance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void aSpreadHasTheMedianAndBothEnds() {
        assertEquals(new Spread(2, 1, 4, 3), Spread.of(List.of(4.0, 1.0, 2.0)));
        assertEquals(new Spread(3, 1, 9, 4), Spread.of(List.of(9.0, 1.0, 2.0, 4.0)));
        assertEquals("2.00 (1.00 to 4.00)", Spread.of(List.of(4.0, 1.0, 2.0)).text());
        assertEquals("4.00", Spread.of(List.of(4.0)).text());
    }

    @Test
    void aSpreadOfMoreThanATenthIsNoise() {
        assertFalse(Spread.of(List.of(0.91, 1.0, 1.1)).isNoise());
        assertTrue(Spread.of(List.of(0.89, 1.0, 1.1)).isNoise());
    }

    @Test
    void aTargetIsJudgedByTheMedianOfThreeRoundsThatAgree() {
        assertEquals(Verdict.MISSED, verdict(1.49, 1.49, 1.6));
        assertEquals(Verdict.MET_HARD, verdict(1.5, 1.5, 1.45));
        assertEquals(Verdict.MET_STRETCH, verdict(2.0, 2.1, 1.95));
        assertEquals(Verdict.NOISE, verdict(2.0, 1.5, 2.5));
        assertEquals(Verdict.TOO_FEW_ROUNDS, verdict(2.0, 2.0));
    }

    @Test
    void whereThereIsNoStretchTargetTheHardOneIsMet() {
        JobTargets.Target hard = target("1.5 -");
        assertEquals(Verdict.MET_HARD, Verdict.of(hard, Spread.of(List.of(9.0, 9.0, 9.0))));
    }

    private static Verdict verdict(Double... ratios) {
        return Verdict.of(target("1.5 2.0"), Spread.of(List.of(ratios)));
    }

    private static JobTargets.Target target(String limits) {
        return JobTargets.parse("t", "training-7680 2 avx512 tensorflow " + limits)
                .targets()
                .getFirst();
    }
}
