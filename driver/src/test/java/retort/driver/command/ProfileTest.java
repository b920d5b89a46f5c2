package retort.driver.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import retort.kernels.Peaks;
import retort.kernels.ProfiledBackend.Cost;

class ProfileTest {
    private static final Peaks PEAKS = new Peaks(200, 15, 20);

    @Test
    void theRoofThatIsNearerBoundsAnOperation() {
        List<String> lines = Profile.lines(
                List.of(new Cost("product", 2, 1_000, 100_000, 5_000), new Cost("pass", 1, 1_000, 1_000, 15_000)),
                Optional.of(PEAKS));
        assertTrue(lines.get(0).endsWith("of peak"), lines.get(0));
        assertTrue(lines.get(1).matches("product .* 100[.]0 +5[.]0 +50 % fma"), lines.get(1));
        assertTrue(lines.get(2).matches("pass .* 1[.]0 +15[.]0 +75 % memory"), lines.get(2));
        assertTrue(lines.get(3).contains("200.0 GFLOP/s") && lines.get(3).contains("20.0 GB/s"), lines.get(3));
    }

    @Test
    void withoutPeaksThereIsNoShareOfThem() {
        List<String> lines = Profile.lines(List.of(new Cost("pass", 1, 1_000, 0, 15_000)), Optional.empty());
        assertEquals(2, lines.size());
        assertFalse(lines.get(0).contains("peak"), lines.get(0));
        assertTrue(lines.get(1).endsWith("15.0"), lines.get(1));
    }

    @Test
    void whatTookNextToNoTimeIsLeftOut() {
        List<Cost> costs = List.of(new Cost("much", 1, 1_000_000, 0, 1), new Cost("little", 1, 999, 0, 1));
        assertEquals(2, Profile.lines(costs, Optional.empty()).size());
    }
}
