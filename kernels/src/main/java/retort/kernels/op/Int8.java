package retort.kernels.op;

/**
 * Weights as whole numbers q from -127 to 127, each column with a scale s of its own: w = s q. The largest magnitude of
 * a column becomes 127.
 *
 * <p>A scale has 17 bits, so that s q is a float32 without rounding, and what was rounded once stays as it is when it
 * is rounded again.
 *
 * <p>Source: Jacob et al. 2018, Quantization and Training of Neural Networks (symmetric, by output channel).
 */
public final class Int8 {
    /** The largest q. */
    public static final int LARGEST = 127;

    /** Of a float32's 24 bits as many as q has go. */
    private static final int SPARED = (1 << 7) - 1;

    private Int8() {}

    /**
     * The scale of each column; 0 where all elements are (or so small that the scale would be a denormal number), NaN
     * where one is no finite number.
     *
     * @param matrix of which the elements from {@code offset} on are meant, row by row
     */
    public static float[] scales(float[] matrix, int offset, int rows, int columns) {
        float[] scales = new float[columns];
        for (int e = 0; e < rows * columns; e++) {
            float magnitude = Math.abs(matrix[offset + e]);
            scales[e % columns] = Math.max(scales[e % columns], magnitude);
        }
        for (int j = 0; j < columns; j++) {
            scales[j] = Float.isFinite(scales[j]) ? roundedUp(scales[j] / LARGEST) : Float.NaN;
        }
        return scales;
    }

    private static float roundedUp(float scale) {
        return scale < Float.MIN_NORMAL ? 0 : Float.intBitsToFloat(Float.floatToRawIntBits(scale) + SPARED & ~SPARED);
    }

    /** The nearest q; 0 where the scale is 0 or NaN. */
    public static byte of(float weight, float scale) {
        return scale > 0 ? (byte) Math.rint(weight / scale) : 0;
    }

    static float[] rounded(float[] matrix, int columns) {
        float[] scales = scales(matrix, 0, matrix.length / columns, columns);
        float[] rounded = new float[matrix.length];
        for (int e = 0; e < rounded.length; e++) {
            float scale = scales[e % columns];
            rounded[e] = scale * of(matrix[e], scale);
        }
        return rounded;
    }
}
