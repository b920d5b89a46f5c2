package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.job.Method;

class GridTest {
    private static final List<Cell> CELLS = new Grid(
                    List.of(Method.SOFT_TARGETS, Method.SOFT_AND_HARD, Method.HARD_LABELS),
                    List.of(1f, 3.5f),
                    0.25f,
                    List.of(10, 30),
                    List.of(Set.of(), Set.of(8, 7)),
                    List.of(0L, 5L))
            .cells();

    @Test
    void aCellIsNamedAfterAllThatSetsItApart() {
        List<String> ids = CELLS.stream().map(Cell::id).toList();
        assertEquals("soft-targets-T1-w10-omitnone-seed0", ids.getFirst());
        assertEquals(
                "soft-and-hard-alpha0.25-T3.5-w30-omit7+8-seed5",
                ids.get(ids.indexOf("hard-labels-w10-omitnone-seed5") - 1));
        assertEquals(ids.size(), ids.stream().distinct().count());
    }

    /** Without a teacher there is no temperature of distillation, so such students are there once. */
    @Test
    void everyCombinationIsThereOnce() {
        int widthsOmittedSeeds = 2 * 2 * 2;
        assertEquals((2 + 2 + 1) * widthsOmittedSeeds, CELLS.size());
    }

    @Test
    void theCellsOfASeedAreTogether() {
        List<Long> seeds = CELLS.stream().map(Cell::seed).toList();
        assertEquals(seeds.stream().sorted().toList(), seeds);
    }

    @Test
    void onlyTheMixtureTakesTheUsersAlpha() {
        for (Cell cell : CELLS) {
            float expected = cell.method() == Method.SOFT_AND_HARD
                    ? 0.25f
                    : cell.method().alpha();
            assertEquals(expected, cell.alpha(), cell.id());
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "7", "40", "41", "1000"})
    void shardsAreTogetherAllThereIs(int count) {
        List<Cell> joined = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            List<Cell> share = new Shard(index, count).of(CELLS);
            assertEquals(CELLS.size() / (double) count, share.size(), 1);
            joined.addAll(share);
        }
        assertEquals(CELLS, joined);
    }

    @ParameterizedTest
    @CsvSource({"-1, 3", "3, 3", "0, 0", "0, -1"})
    void refusesAShardOutOfRange(int index, int count) {
        String message = assertThrows(IllegalArgumentException.class, () -> new Shard(index, count))
                .getMessage();
        assertEquals("shard " + index + "/" + count + " is out of range, expected I/N with I from 0 to N - 1", message);
    }
}
