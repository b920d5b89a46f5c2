package retort.driver.study;

import java.util.List;

/**
 * One of {@code count} shares of a study's cells, counted from 0 as batch systems count their tasks. Shares are
 * contiguous, so that few of them need the same teacher.
 */
public record Shard(int index, int count) {
    public static final Shard WHOLE = new Shard(0, 1);

    /** @throws IllegalArgumentException if there is no such share */
    public Shard {
        if (count < 1 || index < 0 || index >= count) {
            throw new IllegalArgumentException(
                    "shard " + index + "/" + count + " is out of range, expected I/N with I from 0 to N - 1");
        }
    }

    public List<Cell> of(List<Cell> cells) {
        return cells.subList(bound(cells, index), bound(cells, index + 1));
    }

    private int bound(List<Cell> cells, int shares) {
        return (int) ((long) cells.size() * shares / count);
    }
}
