package retort.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ULT;
import static jdk.incubator.vector.VectorOperators.XOR;
import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Philox;

/**
 * y = x * scale, or 0 where {@link DropoutKey} says so.
 *
 * <p>{@link Philox} runs on one block a lane, in lanes of 64 bits, since each of its products has as many. Only the low
 * half of a lane counts: C2 multiplies halves by one instruction where it sees both of them masked, and then drops the
 * masks (3.2 without, 1.8 ns an element with the second mask, one AVX2 core). The keys are vectors too, since
 * broadcasting them anew in each round takes 2.3 ns. More rounds or blocks in one turn are more than C2 inlines, and
 * then every vector is an object.
 */
final class SimdDropout {
    private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SPECIES.vectorShape());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());
    private static final long LOW = 0xFFFFFFFFL;
    private static final LongVector NUMBERS = LongVector.broadcast(LONGS, 0).addIndex(1);

    // Pairs of the lower or upper half of one vector and of another in turns.
    // In lanes of 32 bits, since C2 does not compile rearranging two lanes of 64.
    private static final VectorShuffle<Integer> LOWER = VectorShuffle.fromOp(INTS, i -> i / 4 * 2 + i % 2);
    private static final VectorShuffle<Integer> UPPER = VectorShuffle.fromOp(INTS, i -> LANES / 2 + i / 4 * 2 + i % 2);
    private static final VectorMask<Integer> SECOND = VectorMask.fromLong(INTS, 0xCCCCCCCCCCCCCCCCL);

    private final DropoutKey key;
    private final int threshold;
    private final float scale;

    /** @param scale of elements that are kept */
    SimdDropout(DropoutKey key, float rate, float scale) {
        this.key = key;
        this.threshold = DropoutKey.threshold(rate);
        this.scale = scale;
    }

    /** Elements first .. first + count, which lie at {@code x[xAt..]}, to {@code y[yAt..]}; x may be y. */
    void run(int first, int count, float[] x, int xAt, float[] y, int yAt) {
        int aligned = Math.min(count, -first & 3);
        int e = aligned + (count - aligned) / NR * NR;
        oneByOne(first, aligned, x, xAt, y, yAt);
        for (int from = aligned; from < e; from += NR) {
            panel((first + from) / 4, x, xAt + from, y, yAt + from);
        }
        oneByOne(first + e, count - e, x, xAt + e, y, yAt + e);
    }

    private void oneByOne(int first, int count, float[] x, int xAt, float[] y, int yAt) {
        if (count == 0) {
            return;
        }
        int[] words = new int[4];
        for (int e = 0; e < count; e++) {
            int element = first + e;
            if (e == 0 || element % 4 == 0) {
                key.words(element / 4, words, 0);
            }
            boolean dropped = Integer.compareUnsigned(words[element % 4], threshold) < 0;
            y[yAt + e] = dropped ? 0 : x[xAt + e] * scale;
        }
    }

    /** The elements of as many blocks as a vector has lanes of 64 bits, from {@code block} on. */
    private void panel(int block, float[] x, int xAt, float[] y, int yAt) {
        LongVector c0 = NUMBERS.add(block);
        LongVector c1 = LongVector.broadcast(LONGS, key.stream());
        LongVector c2 = LongVector.broadcast(LONGS, key.step());
        LongVector c3 = LongVector.broadcast(LONGS, key.step() >>> 32);
        LongVector key0 = LongVector.broadcast(LONGS, key.seed());
        LongVector key1 = LongVector.broadcast(LONGS, key.seed() >>> 32);
        LongVector multiplier0 =
                LongVector.broadcast(LONGS, Philox.MULTIPLIER_0).and(LOW);
        LongVector multiplier1 =
                LongVector.broadcast(LONGS, Philox.MULTIPLIER_1).and(LOW);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            LongVector product0 = c0.and(LOW).mul(multiplier0);
            LongVector product1 = c2.and(LOW).mul(multiplier1);
            c0 = product1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, key0);
            c1 = product1;
            c2 = product0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, key1);
            c3 = product0;
            key0 = key0.add(Philox.WEYL_0);
            key1 = key1.add(Philox.WEYL_1);
        }
        IntVector first = pairs(c0, c1);
        IntVector second = pairs(c2, c3);
        vector(first.rearrange(LOWER).blend(second.rearrange(LOWER), SECOND), x, xAt, y, yAt);
        vector(first.rearrange(UPPER).blend(second.rearrange(UPPER), SECOND), x, xAt + LANES, y, yAt + LANES);
    }

    private static IntVector pairs(LongVector low, LongVector high) {
        return low.and(LOW).or(high.lanewise(LSHL, 32)).reinterpretAsInts();
    }

    private void vector(IntVector words, float[] x, int xAt, float[] y, int yAt) {
        VectorMask<Float> dropped = words.compare(ULT, threshold).cast(SPECIES);
        FloatVector.fromArray(SPECIES, x, xAt).mul(scale).blend(0, dropped).intoArray(y, yAt);
    }
}
