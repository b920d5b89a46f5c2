package retort.kernels.engine;

import retort.kernels.op.Bfloat16;
import retort.kernels.op.ElementType;
import retort.kernels.op.Int8;
import retort.kernels.op.Shape;

/**
 * Where the weights of a packed bf16 or int8 matrix lie in an array of 32-bit words, which are float32 elements by
 * name. As in a float32 matrix a panel holds some columns row by row, in two halves: of column j of one, lane j % L of
 * half j / L, L being the lanes of a half. So a word widens to both halves by shifts, without exchanging lanes:
 *
 * <pre>
 *     bf16   word (row, lane)          bits  0..15  row, half 0          16..31  row, half 1
 *     int8   word (row / 2, lane)      bits  0..7   row, half 0           8..15  row, half 1
 *            of an even row                 16..23  row + 1, half 0      24..31  row + 1, half 1
 * </pre>
 *
 * <p>An int8 matrix's scales follow its last panel, column by column. What fills up the last panel, and a last pair of
 * rows, is 0.
 *
 * @param type bf16 or int8
 * @param lanes of half a panel
 */
public record WeightPanels(ElementType type, int rows, int columns, int lanes) {
    private static final int BYTE = 0xFF;

    /** @param panel columns of a panel, or {@link HostTensor#ROW_MAJOR} for one that holds all columns */
    public static WeightPanels of(ElementType type, Shape matrix, int panel) {
        int columns = matrix.rowSize();
        int lanes = panel == HostTensor.ROW_MAJOR ? Math.ceilDiv(columns, 2) : panel / 2;
        long padded = 2L * lanes * Math.ceilDiv(columns, 2 * lanes);
        HostTensor.fitting(matrix, 2 * lanes, padded * (matrix.rows() + 3L) / 2);
        return new WeightPanels(type, matrix.rows(), columns, lanes);
    }

    /** Words from a panel to the next. */
    public int panelWords() {
        return lanes * (type == ElementType.INT8 ? Math.ceilDiv(rows, 2) : rows);
    }

    /** The word of the first column's scale. */
    public int scales() {
        return Math.ceilDiv(columns, 2 * lanes) * panelWords();
    }

    /** All of them. */
    public int words() {
        int scales = type == ElementType.INT8 ? Math.ceilDiv(columns, 2 * lanes) * 2 * lanes : 0;
        return scales() + scales;
    }

    /** Rounds a row-major matrix at {@code source[from..]} to words at {@code to[at..]}, and writes all of these. */
    public void store(float[] source, int from, float[] to, int at) {
        float[] scales = type == ElementType.INT8 ? Int8.scales(source, from, rows, columns) : new float[0];
        int word = at;
        for (int column = 0; column < columns; column += 2 * lanes) {
            for (int row = 0; row < rows; row += rowsOfWord()) {
                for (int lane = 0; lane < lanes; lane++) {
                    to[word++] = Float.intBitsToFloat(word(source, from, scales, row, column + lane));
                }
            }
        }
        for (int j = 0; word < at + words(); j++) {
            to[word++] = j < columns ? scales[j] : 0;
        }
    }

    private int rowsOfWord() {
        return type == ElementType.INT8 ? 2 : 1;
    }

    private int word(float[] source, int from, float[] scales, int row, int column) {
        int word = 0;
        for (int i = 0; i < rowsOfWord() && row + i < rows; i++) {
            for (int j = column, half = 0; half < 2; j += lanes, half++) {
                if (j < columns) {
                    float weight = source[from + (row + i) * columns + j];
                    word |= bits(weight, scales, j) << shift(row + i, half);
                }
            }
        }
        return word;
    }

    private int bits(float weight, float[] scales, int column) {
        return type == ElementType.INT8
                ? Int8.of(weight, scales[column]) & BYTE
                : Short.toUnsignedInt(Bfloat16.of(weight));
    }

    /** Where in its word a weight begins. */
    private int shift(int row, int half) {
        return type == ElementType.INT8 ? (row % 2 * 2 + half) * Byte.SIZE : half * Short.SIZE;
    }

    /** Widens a row of the matrix in words at {@code source[at..]} to {@code to[from..]}. */
    public void loadRow(float[] source, int at, int row, float[] to, int from) {
        int first = at + row / rowsOfWord() * lanes;
        for (int j = 0; j < columns; j++) {
            int panel = j / (2 * lanes);
            int word = Float.floatToRawIntBits(source[first + panel * panelWords() + j % lanes]);
            int bits = word >>> shift(row, j / lanes % 2);
            to[from + j] =
                    type == ElementType.INT8 ? source[at + scales() + j] * (byte) bits : Bfloat16.widened((short) bits);
        }
    }

    /** Widens all rows. */
    public void load(float[] source, int at, float[] to, int from) {
        for (int row = 0; row < rows; row++) {
            loadRow(source, at, row, to, from + row * columns);
        }
    }
}
