package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.kernels.Soak;

/** e^x of cpu-simd for every float there is: the normal results, the zeros below them, NaN. */
class ExpSoakTest {
    /** Floats that are tried at once: those whose bits have the same upper half. */
    private static final int BLOCK = 1 << 16;

    /** Up to here e^x is 1 + x, to 2^-51: most floats need no exponential. */
    private static final float NEAR_ZERO = 0x1p-25f;

    @Test
    void isWithinOneUlpForEveryFloat() {
        int blocks = Math.max(2, Soak.count(1 << 16));
        int[] numbers = IntStream.range(0, 1 << 16).toArray();
        shuffle(numbers);
        DoubleAccumulator worst = new DoubleAccumulator(Math::max, 0);
        IntStream.range(0, blocks).parallel().forEach(i -> worst.accumulate(worst(numbers[i])));
        assertTrue(worst.get() <= 1, "worst error is " + worst.get() + " ulp, seed " + Soak.seed());
        Soak.kept(
                2,
                "floats given to e^x of cpu-simd in " + SimdSpecies.LANES + " lanes",
                (long) blocks * BLOCK,
                String.format(
                        Locale.ROOT,
                        "at most %.6f ulp off up to %s, 0 below %s, NaN of NaN",
                        worst.get(),
                        SimdExp.HIGHEST,
                        SimdExp.LOWEST));
    }

    /** However few are tried, those where the results begin and end are among them. */
    private static void shuffle(int[] numbers) {
        swap(numbers, 0, Float.floatToIntBits(SimdExp.LOWEST) >>> 16);
        swap(numbers, 1, Float.floatToIntBits(SimdExp.HIGHEST) >>> 16);
        SplittableRandom random = new SplittableRandom(Soak.seed());
        for (int i = numbers.length - 1; i > 2; i--) {
            swap(numbers, i, random.nextInt(2, i + 1));
        }
    }

    private static void swap(int[] numbers, int i, int j) {
        int other = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = other;
    }

    /** The largest error in a block, in ulps of the exact result. */
    private static double worst(int block) {
        float[] x = new float[BLOCK];
        float[] y = new float[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            x[i] = Float.intBitsToFloat((block << 16) + i);
        }
        new SimdProbe().exp(x, y);
        double worst = 0;
        for (int i = 0; i < BLOCK; i++) {
            worst = Math.max(worst, error(x[i], y[i]));
        }
        return worst;
    }

    /** In ulps; infinite where the result is of the wrong kind. */
    private static double error(float x, float y) {
        if (Float.isNaN(x) || Float.isNaN(y)) {
            return Float.isNaN(x) == Float.isNaN(y) || x > SimdExp.HIGHEST ? 0 : Double.POSITIVE_INFINITY;
        }
        if (x < SimdExp.LOWEST) {
            return y == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        boolean isNearZero = Math.abs(x) < NEAR_ZERO;
        if (x > SimdExp.HIGHEST || isNearZero && y == 1) {
            return 0;
        }
        double exact = isNearZero ? 1.0 + x : Math.exp(x);
        return Math.abs(y - exact) / Math.ulp((float) exact);
    }
}
