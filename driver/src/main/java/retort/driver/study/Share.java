package retort.driver.study;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How far one of the shares is that a study is done in.
 *
 * @param index from 0 to {@code count - 1}
 * @param students that it is to have
 * @param done how many of them are there
 */
public record Share(int index, int count, int students, int done) {
    /** Of a share's cells those that a study has. */
    public static Share of(Shard shard, List<Cell> cells, Study study) {
        Set<String> there = study.cells().stream().map(Study.CellResult::id).collect(Collectors.toSet());
        int done =
                (int) cells.stream().filter(cell -> there.contains(cell.id())).count();
        return new Share(shard.index(), shard.count(), cells.size(), done);
    }

    boolean isDone() {
        return done == students;
    }
}
