package retort.driver.job;

/**
 * Sums of outer products of vectors, a block of them at a time: a row of the sum then stays in the cache for all of
 * them. With as many elements as there are classes, the sums take the time of all else together.
 */
final class OuterProducts {
    /** Vectors that are there before they are summed. */
    static final int BLOCK = 32;

    /** Vectors that one pass over a row adds. */
    private static final int AT_ONCE = 4;

    private OuterProducts() {}

    /**
     * S += sum over n of l_n r_n'.
     *
     * @param sum S
     * @param left l, the first {@code count}, each of as many elements as S has rows
     * @param right r likewise, of as many as it has columns
     * @param lower whether what is right of the diagonal stays as it is
     */
    static void add(double[][] sum, double[][] left, double[][] right, int count, boolean lower) {
        for (int c = 0; c < sum.length; c++) {
            int columns = lower ? c + 1 : sum[c].length;
            int n = 0;
            for (; n + AT_ONCE <= count; n += AT_ONCE) {
                addFour(sum[c], columns, c, left, right, n);
            }
            for (; n < count; n++) {
                double[] r = right[n];
                double l = left[n][c];
                for (int d = 0; d < columns; d++) {
                    sum[c][d] += l * r[d];
                }
            }
        }
    }

    private static void addFour(double[] row, int columns, int c, double[][] left, double[][] right, int n) {
        double[] r0 = right[n];
        double[] r1 = right[n + 1];
        double[] r2 = right[n + 2];
        double[] r3 = right[n + 3];
        double l0 = left[n][c];
        double l1 = left[n + 1][c];
        double l2 = left[n + 2][c];
        double l3 = left[n + 3][c];
        for (int d = 0; d < columns; d++) {
            row[d] += l0 * r0[d] + l1 * r1[d] + l2 * r2[d] + l3 * r3[d];
        }
    }
}
