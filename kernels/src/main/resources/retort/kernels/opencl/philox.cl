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
    for (int round = 0; round < 10; round++) {
        uint high0 = mul_hi(0xD2511F53u, counter.x);
        uint low0 = 0xD2511F53u * counter.x;
        uint high1 = mul_hi(0xCD9E8D57u, counter.z);
        uint low1 = 0xCD9E8D57u * counter.z;
        counter = (uint4)(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
        key += (uint2)(0x9E3779B9u, 0xBB67AE85u);
    }
    return counter;
}

// The words of elements 4 block .. 4 block + 3.
INLINE uint4 dropout_words(DropoutKey key, uint block) {
    return philox(key.seed, (uint4)(block, key.stream, key.step.x, key.step.y));
}
