package retort.kernels.op;

/**
 * The upper half of a float32: its sign, its exponent, and 7 bits of its fraction.
 *
 * <p>Source: Kalamkar et al. 2019, A Study of BFLOAT16 for Deep Learning Training.
 */
public final class Bfloat16 {
    /** Bits of one. */
    static final int SIZE = 16;

    private static final int QUIET = 1 << 22;
    private static final int HALF = 0x7FFF;

    private Bfloat16() {}

    /**
     * The nearest one, of two equally near the even one. What is beyond the largest becomes infinite, an infinity and a
     * NaN stay what they are.
     */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int odd = bits >>> SIZE & 1;
        return (short) ((Float.isNaN(value) ? bits | QUIET : bits + HALF + odd) >>> SIZE);
    }

    /** The same number as float32. */
    public static float widened(short value) {
        return Float.intBitsToFloat(value << SIZE);
    }

    static float[] rounded(float[] elements) {
        float[] rounded = new float[elements.length];
        for (int e = 0; e < rounded.length; e++) {
            rounded[e] = widened(of(elements[e]));
        }
        return rounded;
    }
}
