package retort.kernels.op;

/**
 * The T of softmax(z / T) that every op takes. Far below, 1 / T is beyond float32. Above, p and 1 / classes differ by
 * so little that rounding is all that is left, which a distillation loss multiplies by T^2: a loss of 18.5 is off by
 * 0.01 at T = 1,000 and by 376 at 100,000, its gradient by less than a thousandth and by 2 %.
 */
public final class Temperature {
    public static final float LOWEST = 0.001f;

    public static final float HIGHEST = 1000;

    /** What is expected where a user names one. */
    public static final String EXPECTED = "a temperature from 0.001 to 1000";

    private Temperature() {}

    public static boolean isLegal(float temperature) {
        return temperature >= LOWEST && temperature <= HIGHEST;
    }

    /** Refuses one that is not legal. */
    static void require(String op, float temperature) {
        if (!isLegal(temperature)) {
            throw new IllegalArgumentException(op + ": expected " + EXPECTED + ", got " + temperature);
        }
    }
}
