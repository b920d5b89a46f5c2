// Philox4x32-10, the generator of Philox.java, and dropout by its words as DropoutKey.java defines it.
// Source: Salmon, Moraes, Dror and Shaw 2011.

// The random numbers of one application of dropout, as kernel arguments and as a value.
typedef struct {
    uint2 seed;
    uint stream;
    uint2 step;
    uint threshold;
} DropoutKey;

#define DROPOUT_PARAMETERS int seedLow, int seedHigh, int stream, int stepLow, int stepHigh, int threshold
#define DROPOUT_KEY { (uint2)(seedLow, seedHigh), stream, (uint2)(stepLow, stepHigh), threshold }

INLINE uint4 philox(uint2 key, uint4 counter) {
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint high0 = mul_hi(PHILOX_MULTIPLIER_0, counter.x);
        uint low0 = PHILOX_MULTIPLIER_0 * counter.x;
        uint high1 = mul_hi(PHILOX_MULTIPLIER_1, counter.z);
        uint low1 = PHILOX_MULTIPLIER_1 * counter.z;
        counter = (uint4)(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
        key += (uint2)(PHILOX_WEYL_0, PHILOX_WEYL_1);
    }
    return counter;
}

// The words of elements PHILOX_WORDS block .. PHILOX_WORDS (block + 1) - 1.
INLINE uint4 dropout_words(DropoutKey key, uint block) {
    return philox(key.seed, (uint4)(block, key.stream, key.step.x, key.step.y));
}
