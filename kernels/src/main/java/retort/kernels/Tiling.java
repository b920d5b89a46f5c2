package retort.kernels;

/**
 * The sizes that an engine's kernels come in. Results are right for any size; tests, checks and tuners look for
 * mistakes where one kernel ends and the next begins.
 *
 * @param lanes elements of a vector
 * @param mr rows of a product's largest tile
 * @param nr columns of it
 * @param kc products that are summed in one block
 * @param nc rows or columns of C in one block, at most
 */
public record Tiling(int lanes, int mr, int nr, int kc, int nc) {
    /** Of an engine that does one element after the other. */
    public static final Tiling NONE = new Tiling(1, 1, 1, 1, 1);
}
